import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** Runs a command to its end; answers what it printed. Throws with the end of that when it fails. */
export async function run(command: string, argv: readonly string[], directory: string): Promise<string> {
  const environment = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', NO_COLOR: '1' };
  const child = spawn(command, argv, { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const printed = out + err;
  if (code === 0) return printed;
  const end = printed.trim().split('\n').slice(-25).join('\n');
  throw new Error(`'${command} ${argv.join(' ')}' in ${directory} ended with ${code}:\n${end}`);
}
