import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** The programs for want of which a suite is skipped; the reporter lists them at the end of the run. */
    absentPrograms?: readonly string[];
  }
}

/**
 * A `describe` for tests that run other programs.
 *
 *     needs('openssl', 'curl')('a client made by openssl', () => { … });
 *
 * Where a program is not on the PATH the suite is skipped, and listed at the end of the run. With CI=true it fails instead:
 * there, every program is installed, and a test that is silently left out proves nothing.
 */
export function needs(...programs: string[]): (name: string, body: () => void) => void {
  const absent = programs.filter((program) => !isPresent(program));
  if (absent.length === 0) return (name, body) => void describe(name, body);
  if (process.env.CI !== 'true') return (name, body) => void describe(name, { skip: true, meta: { absentPrograms: absent } }, body);
  return (name) =>
    void describe(name, () => {
      test(`needs ${programs.join(', ')}`, () => {
        throw new Error(
          `Not on the PATH: ${absent.join(', ')}. With CI=true every program that a test needs must be installed (see .ci/run).`,
        );
      });
    });
}

function isPresent(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
