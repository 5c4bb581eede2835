/** Lambda's own lines around each invocation. */
export function isPlatformLine(line: string): boolean {
  return line.trim() === '' || /^(START|END|REPORT|INIT_START|INIT_REPORT) /.test(line);
}

/** The line without the time, request id and level that Lambda writes in front of it. */
export function withoutPreamble(line: string): string {
  return line.replace(/^\S+Z\t\S+\t\S+\t/, '').trimEnd();
}

/** The text of a log line. Of a line of JSON: its message, followed by its other members. */
export function messageOf(line: string): { readonly level?: string; readonly text: string } {
  const text = withoutPreamble(line);
  try {
    const { level, message, ...details } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof message !== 'string') return { text };
    const rest = Object.entries(details).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
    return { ...(typeof level === 'string' ? { level } : {}), text: message + rest.join('') };
  } catch {
    return { text };
  }
}

/** `CdkIsr-SiteFunctionsServe512DB17D` is `serve`, and `CdkIsr-SiteQueuesJobs3330F10A.fifo` is `jobs`. */
export function shortName(name: string): string {
  return name
    .replace(/^.*-/, '')
    .replace(/\.fifo$/, '')
    .replace(/^Site(Functions|Queues)|[0-9A-F]{8}$/g, '')
    .toLowerCase();
}
