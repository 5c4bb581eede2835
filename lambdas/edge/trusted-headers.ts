import type { EdgeRequest } from './event.ts';

/**
 * Makes headers that the origin may trust. `x-isr-*` come from here alone. `x-forwarded-host` is the host that the viewer
 * asked for, since `Host` itself names the function URL.
 */
export function setTrustedHeaders(request: EdgeRequest): void {
  const names = Object.keys(request.headers);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (name.slice(0, 6) === 'x-isr-') delete request.headers[name];
  }
  const host = request.headers.host;
  if (host === undefined) delete request.headers['x-forwarded-host'];
  else request.headers['x-forwarded-host'] = { value: host.value };
}
