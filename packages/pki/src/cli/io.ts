/** What the command line needs of the process it runs in, so that tests can run it in theirs. */
export interface Io {
  /** To standard output: results. */
  write(text: string): void;
  /** To standard error: progress, warnings, errors. */
  note(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a command has to say: for programs, and for people. */
export interface Report {
  readonly json: object;
  readonly lines: readonly string[];
}

export function print(io: Io, { json, lines }: Report, asJson: boolean | undefined): void {
  io.write(asJson === true ? `${JSON.stringify(json, undefined, 2)}\n` : `${lines.join('\n')}\n`);
}
