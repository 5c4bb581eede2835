// Handlers as a user writes them: nothing in them knows that they run locally.
import { setTimeout as wait } from 'node:timers/promises';

const { awslambda } = globalThis;
const importedAt = Date.now();
let invocations = 0;

export async function describe(_event, context) {
  invocations += 1;
  return {
    importedAt,
    invocations,
    processId: process.pid,
    now: Date.now(),
    constructed: new Date().toISOString(),
    called: Date(),
    parsed: new Date('2030-01-01T00:00:00Z').getTime(),
    millisecondsLeft: context.getRemainingTimeInMillis(),
    functionArn: context.invokedFunctionArn,
    environment: { ...process.env },
    workingDirectory: process.cwd(),
  };
}

/** Does what the event says. */
export async function act(event) {
  if (event.log !== undefined) console.log(event.log);
  if (event.waitMs !== undefined) await wait(event.waitMs);
  if (event.throws !== undefined) throw new RangeError(event.throws);
  if (event.exits !== undefined) process.exit(event.exits);
  if (event.fillsMemory) for (const kept = []; ; ) kept.push(new Array(1_000_000).fill(kept.length));
  return 'x'.repeat(event.answerBytes ?? 1);
}

export async function echo(event) {
  return event;
}

/** Returns what the request's body holds. */
export async function returnBody(event) {
  return JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body);
}

export const stream = awslambda.streamifyResponse(async (event, output) => {
  const { chunks = [], gapMs = 0, head, throws } = event.body === undefined ? event : JSON.parse(event.body);
  const http = head === undefined ? output : awslambda.HttpResponseStream.from(output, head);
  for (const chunk of chunks) {
    http.write(chunk);
    await wait(gapMs);
  }
  console.log('written');
  if (throws !== undefined) throw new RangeError(throws);
  http.end();
});

/** Fails what the bodies say; the log shows what came in one batch. */
export async function consume({ Records }) {
  console.log(`batch ${JSON.stringify(Records)}`);
  const bodies = Records.map(({ body }) => body);
  if (bodies.includes('sleep')) await wait(1000);
  if (bodies.includes('throw')) throw new Error('as asked');
  if (bodies.includes('unknown id')) return { batchItemFailures: [{ itemIdentifier: 'no such message' }] };
  const failed = Records.filter(({ body }) => body === 'fail');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** What connects to each address that the event lists, in its own way; `refused` when nothing does. */
export async function connectTo({ addresses }) {
  const { connect } = await import('node:net');
  const { connect: connectSecurely } = await import('node:tls');
  const portOf = (socket, event) =>
    new Promise((resolve) => {
      socket.once(event, () => resolve(socket.remotePort)).once('error', () => resolve('refused'));
    }).finally(() => socket.destroy());
  return Promise.all(
    addresses.map(({ host, port, isSecure }) =>
      isSecure
        ? portOf(connectSecurely({ host, port, rejectUnauthorized: false }), 'secureConnect')
        : portOf(connect(port, host), 'connect'),
    ),
  );
}
