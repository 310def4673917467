import { run } from '../../src/cli/run.js';

export interface Answer {
  readonly status: number;
  /** Standard output and standard error. */
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process. */
export async function peercert(argv: readonly string[], env: Record<string, string> = {}): Promise<Answer> {
  let [out, err] = ['', ''];
  const io = {
    write: (text: string) => {
      out += text;
    },
    note: (text: string) => {
      err += text;
    },
    env,
  };
  const status = await run(argv, io);
  return { status, out, err };
}

/** What a command that goes well prints as JSON. */
export async function peercertJson<Shape>(...argv: string[]): Promise<Shape> {
  const { status, out, err } = await peercert([...argv, '--json']);
  if (status !== 0) throw new Error(err);
  return JSON.parse(out) as Shape;
}
