import type { GeneralName } from '../../x509/index.js';
import { type FormKey, formOf } from './forms.js';
import type { NameForm } from './name-form.js';
import { generalNameText, weight } from './name-text.js';

/** The subtrees of one form in one certificate's name constraints. Each is read once, when the first name of the form is compared. */
export class FormLimits {
  readonly #form: NameForm<unknown, unknown>;
  readonly #permitted: Subtree[] = [];
  readonly #excluded: Subtree[] = [];
  #cost = 0;
  #unreadable: Subtree | undefined;
  #isRead = false;

  constructor(key: FormKey) {
    this.#form = formOf(key);
  }

  /** What it costs to read the subtrees before the first comparison; nothing once they have been read. */
  get readingCost(): number {
    return this.#isRead ? 0 : this.#cost * 10;
  }

  /**
   * What it costs to compare one name with all subtrees, in comparisons of short names. Thousands of subtrees do not stay in the
   * processor's caches, which makes each comparison several times as dear; no authority has so many.
   */
  get cost(): number {
    const count = this.#permitted.length + this.#excluded.length;
    return this.#cost * (1 + (count >> 10));
  }

  add(kind: 'permitted' | 'excluded', base: GeneralName): void {
    (kind === 'permitted' ? this.#permitted : this.#excluded).push({ base, value: undefined });
    this.#cost += weight(base);
  }

  /**
   * What is wrong with the name, in words that `of` ends: whose constraints these are.
   *
   * | a subtree cannot be read | the name cannot be read | excluded | permitted    | fault |
   * | ------------------------ | ----------------------- | -------- | ------------ | ----- |
   * | yes                      |                         |          |              | yes   |
   * | no                       | yes                     |          |              | yes   |
   * | no                       | no                      | yes      |              | yes   |
   * | no                       | no                      | no       | by none      | yes   |
   * | no                       | no                      | no       | by one       | none  |
   * | no                       | no                      | no       | no subtrees  | none  |
   */
  findFault(name: GeneralName, of: () => string): string | undefined {
    if (!this.#isRead) this.#read();
    const form = this.#form;
    if (this.#unreadable !== undefined) {
      return `the name ${generalNameText(name)} meets the constraint ${generalNameText(this.#unreadable.base)} of ${of()}, which cannot be processed`;
    }
    const value = form.readName(name);
    if (value === undefined) return `the name ${generalNameText(name)} cannot be compared with the ${form.label} constraints of ${of()}`;
    // 6.1.3 (c)
    for (const subtree of this.#excluded) {
      if (form.excludes(subtree.value, value)) {
        return `the name ${generalNameText(name)} is in the excluded subtree ${generalNameText(subtree.base)} of ${of()}`;
      }
    }
    // 6.1.3 (b)
    if (this.#permitted.length === 0) return undefined;
    for (const subtree of this.#permitted) if (form.permits(subtree.value, value)) return undefined;
    return `the name ${generalNameText(name)} is not in the permitted ${listed(this.#permitted)} of ${of()}`;
  }

  #read(): void {
    for (const subtree of [...this.#permitted, ...this.#excluded]) {
      subtree.value = this.#form.readSubtree(subtree.base);
      if (subtree.value === undefined) this.#unreadable ??= subtree;
    }
    this.#isRead = true;
  }
}

interface Subtree {
  readonly base: GeneralName;
  /** What the form makes of the base. */
  value: unknown;
}

/** The first three: enough to see what was meant. */
function listed(subtrees: readonly Subtree[]): string {
  const shown = subtrees.slice(0, 3).map(({ base }) => generalNameText(base));
  const more = subtrees.length - shown.length;
  return `${subtrees.length === 1 ? 'subtree' : 'subtrees'} ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
