/**
 * Thrown, at construction only, for what the operator got wrong: an unknown option, an empty list, a file that cannot be
 * read. The message names the option by its path and says what to do.
 */
export class ConfigurationError extends TypeError {
  readonly code = 'PEERCERT_CONFIGURATION';
  /** The option's path, such as `trust.ca` or `trustSets.staff.depth`; empty for the options as a whole. */
  readonly option: string;

  constructor(option: string, problem: string, settings: { cause?: unknown } = {}) {
    super(option === '' ? problem : `${option}: ${problem}`, settings);
    this.name = 'ConfigurationError';
    this.option = option;
  }
}
