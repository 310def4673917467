import type { ClientIdentityFields } from '../identity/index.js';
import type { AttributeRules, CertificatePolicy, PolicyDecision, SubjectAltNameRules } from './certificate-policy.js';
import type { StandardSchema } from './standard-schema.js';

/**
 * The policy itself where every key in it is known, and `never` where one is not: TypeScript lets unknown keys pass where a type is inferred, and a slip in a policy
 * should not wait for the boot. Of a schema, the keys of what goes in are those of `ClientIdentityFields`.
 */
export type KnownKeys<Policy> =
  Policy extends StandardSchema<infer Input>
    ? Exclude<keyof Input, keyof ClientIdentityFields> extends never
      ? Policy
      : never
    : Policy extends string | ((...given: never) => unknown)
      ? Policy
      : { [Key in keyof Policy]: Key extends keyof CertificatePolicy ? KnownRule<Key, Policy[Key]> : never };

type KnownRule<Key, Rule> = Rule extends string
  ? Rule
  : Key extends 'subject' | 'issuer'
    ? { [Attribute in keyof Rule]: Attribute extends keyof AttributeRules ? Rule[Attribute] : never }
    : Key extends 'subjectAltName'
      ? { [Name in keyof Rule]: Name extends keyof SubjectAltNameRules ? Rule[Name] : never }
      : Key extends 'allOf' | 'anyOf'
        ? { [Index in keyof Rule]: KnownKeys<Rule[Index]> }
        : Key extends 'not'
          ? KnownKeys<Rule>
          : Rule;

/**
 * The type of what a policy makes of an identity, `clientIdentityValue`: the output of a schema, the value of a function's decision; of `allOf` the last member that
 * has one, of `anyOf` any; undefined for policies that only allow or refuse.
 */
export type PolicyValue<Policy> =
  Policy extends StandardSchema<unknown, infer Output>
    ? Output
    : Policy extends (...given: never) => infer Answer
      ? DecisionValue<Awaited<Answer>>
      : Policy extends object
        ? ObjectValue<Policy>
        : undefined;

/** A policy that only reports may let pass what has no value. */
type ObjectValue<Policy> = Policy extends { readonly mode: 'report' } ? MembersValue<Policy> | undefined : MembersValue<Policy>;

type MembersValue<Policy> = Policy extends { readonly authorize: (...given: never) => infer Answer }
  ? LastOf<[DecisionValue<Awaited<Answer>>, RulesValue<Policy>]>
  : RulesValue<Policy>;

/** In the order in which they are asked, the last first. */
type RulesValue<Policy> = LastOf<
  [
    Policy extends { readonly decide: (...given: never) => infer Answer } ? DecisionValue<Awaited<Answer>> : undefined,
    Policy extends { readonly anyOf: readonly (infer Member)[] } ? PolicyValue<Member> : undefined,
    Policy extends { readonly allOf: infer Members } ? LastOf<ValuesReversed<Members>> : undefined,
  ]
>;

/** The value of a decision that allows; plain `true` has none. */
type DecisionValue<Answer> = [Extract<Answer, { readonly allow: true }>] extends [never]
  ? undefined
  : Extract<Answer, PolicyDecision> extends infer Decision
    ? (Decision extends { readonly allow: true; readonly value: infer Value } ? Value : never) | (true extends Answer ? undefined : never)
    : undefined;

type ValuesReversed<Members> = Members extends readonly [infer First, ...infer Rest]
  ? [...ValuesReversed<Rest>, PolicyValue<First>]
  : Members extends readonly []
    ? []
    : Members extends readonly (infer Member)[]
      ? [PolicyValue<Member>]
      : [];

/** The first that is not surely undefined; one that may be undefined leaves room for the next. */
type LastOf<Values> = Values extends readonly [infer First, ...infer Rest]
  ? [First] extends [undefined]
    ? LastOf<Rest>
    : undefined extends First
      ? Exclude<First, undefined> | LastOf<Rest>
      : First
  : undefined;
