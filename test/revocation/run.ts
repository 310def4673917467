import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier, type RevocationOptions, type Verifier } from '@peercert/core';
import { type Fault, faultyListener, type SourceName } from './faults.js';
import { askedAbout, type ClientName, clientDer, FaultyServer, list, mendedList, now, ocspAnswer, rootDer } from './world.js';

/** What was observed of one fault of one source. */
export interface Observed {
  readonly source: SourceName;
  readonly fault: string;
  /** What clients get, and what was logged meanwhile. */
  readonly atStart: string;
  readonly atStartLog: readonly string[];
  readonly running: string;
  /** When what was held before has expired too. */
  readonly expired: string;
  readonly runningLog: readonly string[];
  /** After the fault is mended, of the verifier that started with it, and of the one that was running. */
  readonly mended: string;
}

/** Lets time pass for timers; half real, half pretended. */
export interface Time {
  /** A little, for what is under way. */
  settle(milliseconds?: number): Promise<void>;
  /** So many seconds in one go. */
  jump(seconds: number): Promise<void>;
}

/** How long a URL is left alone after an answer, with the random numbers that the test gives. */
const untilRefresh = 2_880;
/** A URL's answer is waited for no longer. */
const patience = 60;

/** One verifier with one source, and what can be wrong with that. */
class Stage {
  at = now;
  readonly #source: SourceName;
  readonly #fault: Fault;
  readonly #server: FaultyServer;
  readonly #file: string;
  readonly #clients: Readonly<Record<ClientName, Uint8Array>>;
  #log: string[] = [];
  #verifier: Verifier | undefined;
  thrown: string | undefined;

  private constructor(source: SourceName, fault: Fault, server: FaultyServer, file: string) {
    this.#source = source;
    this.#fault = fault;
    this.#server = server;
    this.#file = file;
    const point = source === 'point' ? `${server.url}/root.crl` : undefined;
    this.#clients = { alice: clientDer('alice', point), mallory: clientDer('mallory', point) };
  }

  static async open(source: SourceName, fault: Fault, folder: string, name: string): Promise<Stage> {
    return new Stage(source, fault, await FaultyServer.start(), join(folder, `${name}.crl`));
  }

  create(): void {
    const logger = { debug: () => undefined, info: this.#note, warn: this.#note, error: this.#note };
    try {
      this.#verifier = createVerifier({ trust: Buffer.from(rootDer), clock: () => this.at, logger, revocation: this.#options() });
    } catch (error) {
      this.thrown = this.#shown((error as Error).message);
    }
  }

  get ready(): Promise<void> {
    return this.#verifier?.ready ?? Promise.resolve();
  }

  good(content = list()): void {
    writeFileSync(this.#file, content);
    this.#server.answer = (_, response, body) =>
      response.end(
        this.#source === 'ocsp'
          ? ocspAnswer(askedAbout(body), this.#fault.clock === undefined ? this.at : now, this.#nonceOf(body))
          : content,
      );
  }

  /** The moment at which what was held is still good, a distribution point is asked again, and a clock may be wrong. */
  async break(moment: 'start' | 'running'): Promise<void> {
    const { clock, content } = this.#fault;
    if (clock !== undefined) {
      this.at = clock[0];
      return;
    }
    if (content !== undefined) writeFileSync(this.#file, content);
    this.#server.answer = faultyListener(this.#fault, this.#source, () => this.at) ?? this.#server.answer;
    if (moment === 'running') this.at = Date.parse('2030-01-20');
    // In the background, where something is held.
    if (moment === 'running') await this.says();
  }

  expire(): void {
    this.at = this.#fault.clock?.[1] ?? Date.parse('2030-02-05');
  }

  mend(): void {
    this.good(mendedList);
    if (this.#fault.clock !== undefined) this.at = now;
    // Failures are remembered for a while.
    this.at += 61_000;
  }

  /** What either client gets. */
  async says(): Promise<string> {
    if (this.#verifier === undefined) return 'nobody is let in: `createVerifier` throws';
    const [alice, mallory] = await Promise.all([this.#ask('alice'), this.#ask('mallory')]);
    return alice === mallory ? `both ${alice}` : `good ${alice}, revoked ${mallory}`;
  }

  /** What was logged since the last call, each sentence once. */
  takeLog(): readonly string[] {
    // Of a time that is pretended, and jumps.
    const told = this.#log.filter((line) => !/takes longer than 30 s|is in order again/.test(line));
    const lines = [...new Set(told.map((line) => this.#shown(line)))];
    this.#log = [];
    return this.thrown === undefined ? lines : [this.thrown, ...lines];
  }

  async close(): Promise<void> {
    await this.#verifier?.close();
    this.#server.close();
    rmSync(this.#file, { force: true });
  }

  readonly #note = (_: object, message: string): void => void this.#log.push(message);

  async #ask(name: ClientName): Promise<string> {
    const outcome = await (this.#verifier as Verifier).verify([this.#clients[name]]);
    if (outcome.ok) return `200${outcome.value.revocation === 'good' ? '' : ` (${outcome.value.revocation})`}`;
    return `${outcome.refusal.status} \`${outcome.refusal.code}\``;
  }

  /** What stands last in a request. */
  #nonceOf(body: Uint8Array): { nonce?: Uint8Array } {
    return this.#fault.nonce === 'require' ? { nonce: body.subarray(-32) } : {};
  }

  #options(): RevocationOptions {
    const { url } = this.#server;
    const port = Number(new URL(url).port);
    switch (this.#source) {
      case 'file':
        return { crl: this.#file, pollSeconds: 2, largestCrlBytes: 100_000 };
      case 'url':
        return { crl: `${url}/root.crl`, largestCrlBytes: 100_000 };
      case 'point': {
        const rules = { allowHosts: ['127.0.0.1'], allowPorts: [port], allowPrivateAddresses: true, timeoutSeconds: 0.5 };
        return { distributionPoints: rules, largestCrlBytes: 100_000 };
      }
      case 'ocsp':
        return { ocsp: { responder: url, timeoutSeconds: 0.5, nonce: this.#fault.nonce ?? 'ifPresent' } };
    }
  }

  #shown(message: string): string {
    return message
      .replaceAll(this.#file, 'root.crl')
      .replaceAll(/127\.0\.0\.1(:\d+)?/g, 'crl.example')
      .replace(/, relative to [^,]*,/, '')
      .replace(/^revocation(\.crl)?: /, '')
      .replace('; what it held last stays in force', '');
  }
}

/** Plays every fault of every source that it applies to, at the start and while running, all at the same time. */
export async function observe(faults: readonly Fault[], folder: string, time: Time): Promise<readonly Observed[]> {
  const cells = faults.flatMap((fault) => fault.of.map((source) => ({ source, fault })));
  const open = (name: string) =>
    Promise.all(cells.map(({ source, fault }, index) => Stage.open(source, fault, folder, `${name}-${index}`)));
  const starting = await open('start');
  const running = await open('running');
  const says = (stages: readonly Stage[]) => Promise.all(stages.map((stage) => stage.says()));

  for (const stage of [...starting, ...running]) stage.good();
  await Promise.all(starting.map((stage, index) => (cells[index]?.fault.runningOnly ? undefined : stage.break('start'))));
  for (const stage of [...starting, ...running]) stage.create();
  await time.settle();
  await time.jump(patience + 1);
  await Promise.all([...starting, ...running].map((stage) => stage.ready));
  const atStart = await says(starting);
  await time.settle();
  const atStartLog = starting.map((stage) => stage.takeLog());

  const before = await says(running);
  const wrong = cells.flatMap(({ source, fault }, index) => (before[index] === well ? [] : [`${source}, ${fault.name}: ${before[index]}`]));
  if (wrong.length > 0) throw new Error(`not well before the fault: ${wrong.join('; ')}`);
  for (const stage of running) stage.takeLog();
  await Promise.all(running.map((stage) => stage.break('running')));
  await time.settle();
  await time.jump(untilRefresh);
  await time.settle();
  await time.jump(patience + 1);
  await time.settle();
  const whileRunning = await says(running);
  for (const stage of running) stage.expire();
  const expired = await says(running);
  await time.settle();
  const runningLog = running.map((stage) => stage.takeLog());

  for (const stage of [...starting, ...running]) stage.mend();
  const pending = new Set([...starting, ...running]);
  for (let round = 0; round < 24 && pending.size > 0; round++) {
    // Whoever failed asks again after some minutes; whoever took what came, after most of an hour.
    await time.jump(round === 8 ? 2_400 : 50);
    await time.settle(100);
    for (const stage of pending) if (stage.thrown !== undefined || (await stage.says()) === well) pending.delete(stage);
  }
  for (const stage of pending) stage.at = Date.parse('2030-03-02');
  await time.settle();
  const late = new Map<Stage, string>();
  for (const stage of pending)
    late.set(stage, (await stage.says()) === well ? `${well}, once the answer that was taken has ended` : 'not at all');
  const mended = (stage: Stage | undefined) => (stage === undefined || stage.thrown !== undefined ? undefined : (late.get(stage) ?? well));
  const observed = cells.map(({ source, fault }, index) => ({
    source,
    fault: fault.name,
    atStart: fault.runningOnly ? '' : (atStart[index] ?? ''),
    atStartLog: fault.runningOnly ? [] : (atStartLog[index] ?? []),
    running: whileRunning[index] ?? '',
    expired: expired[index] ?? '',
    runningLog: runningLog[index] ?? [],
    mended: [...new Set([mended(starting[index]), mended(running[index])])].filter((text) => text !== undefined).join('; '),
  }));
  await Promise.all([...starting, ...running].map((stage) => stage.close()));
  return observed;
}

export const well = 'good 200, revoked 403 `PEERCERT_CERTIFICATE_REVOKED`';
