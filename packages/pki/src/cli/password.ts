import { randomInt } from 'node:crypto';

/** A hundred random bits as people can read them out: four groups of lower-case letters and digits, without those that look alike. */
export function generatePassword(): string {
  return Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')).join('-');
}

/** 32 of them: five bits each. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
