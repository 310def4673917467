import { type ChildProcess, fork } from 'node:child_process';

/** Another process that answers questions, one after the other. */
export class Child<Question, Answer> {
  readonly #process: ChildProcess;
  readonly #ended: Promise<never>;
  #settle: ((answer: Answer) => void) | undefined;

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#ended = new Promise((_, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => reject(new Error(`${child.spawnargs.at(-2)} ended with ${code ?? signal}`)));
    });
    // Whoever is waiting is told; nobody waits for one that is closed.
    this.#ended.catch(() => undefined);
    child.on('message', (message) => this.#settle?.(message as Answer));
  }

  /** Starts `script`, beside this file's folder, with `setup` as its argument; resolves with what it says first. */
  static async start<Question, Answer, Hello>(script: string, setup: unknown): Promise<[Child<Question, Answer>, Hello]> {
    const path = new URL(`../workers/${script}.js`, import.meta.url);
    const child = new Child<Question, Answer>(fork(path, [JSON.stringify(setup)], { execArgv: ['--expose-gc'], serialization: 'json' }));
    return [child, (await child.#answer()) as unknown as Hello];
  }

  ask(question: Question): Promise<Answer> {
    const answer = this.#answer();
    this.#process.send(question as object);
    return answer;
  }

  close(): void {
    this.#process.kill();
  }

  #answer(): Promise<Answer> {
    return Promise.race([
      new Promise<Answer>((resolve) => {
        this.#settle = resolve;
      }),
      this.#ended,
    ]);
  }
}
