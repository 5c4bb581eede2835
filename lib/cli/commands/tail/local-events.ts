import { reasonOf } from '../../../basics/errors.ts';
import type { LocalEvent } from '../../../local/events.ts';
import { FailedCommand } from '../../terminal/command.ts';
import { isPlatformLine } from '../../terminal/log-text.ts';

/** Events of a local stack from `since` on, by its clock. Ends with the signal; rejects when the stack stops. */
export async function* localEvents(
  inspectorUrl: string,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<LocalEvent> {
  const response = await fetch(`${inspectorUrl}/events`, { signal }).catch((error: unknown) => {
    throw new FailedCommand(`the inspector at ${inspectorUrl} cannot be reached: ${reasonOf(error)}`, { cause: error });
  });
  try {
    for await (const event of parseEventStream(response.body ?? new ReadableStream())) {
      if (event.at >= since && !(event.kind === 'log' && isPlatformLine(event.line))) yield event;
    }
  } catch (cause) {
    if (!signal.aborted) throw new FailedCommand('the local stack has stopped', { cause });
  }
  if (!signal.aborted) throw new FailedCommand('the local stack has stopped');
}

/** Of https://html.spec.whatwg.org/multipage/server-sent-events.html only this: each event is a line `data: {...}`. */
async function* parseEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<LocalEvent> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of body) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice('data: '.length));
  }
}
