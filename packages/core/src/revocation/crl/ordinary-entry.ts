/**
 * Nearly every entry of every list has one of two shapes: a serial number and a UTCTime, and these with a reason code. They are told by
 * their octets here, four at once, in a twentieth of the time that the reader takes; whatever is not ordinary is the reader's, which knows
 * the rules.
 *
 * Gives the offset behind the entry that begins at `start`, or 0.
 */
export function skipOrdinaryEntry(view: DataView, start: number, end: number, version: 1 | 2): number {
  if (end - start < 4) return 0;
  // SEQUENCE, its length, INTEGER, its length.
  const head = view.getInt32(start, true);
  const length = (head >>> 8) & 0xff;
  const serialLength = head >>> 24;
  if ((head & 0xff00ff) !== 0x020030 || length >= 0x80 || serialLength === 0 || serialLength > 80) return 0;
  const serial = start + 4;
  const date = serial + serialLength;
  const behind = start + 2 + length;
  const rest = behind - date;
  // The lengths add up to the whole entry, or it is not ordinary; so all that is read from here on lies in it.
  if (behind > end || !(rest === dateOctets || (rest === dateOctets + reasonOctets && version === 2))) return 0;
  if (serialLength > 1 && !isShortestInteger(view.getUint16(serial))) return 0;
  if (!isOrdinaryDate(view, date)) return 0;
  return rest === dateOctets || isReason(view, date + dateOctets) ? behind : 0;
}

/** UTCTime with its header. */
const dateOctets = 15;
const reasonOctets = 14;

/** X.690, section 8.3.2: the first nine bits are neither all zero nor all one. */
function isShortestInteger(firstOctets: number): boolean {
  const nineBits = firstOctets >>> 7;
  return nineBits !== 0 && nineBits !== 0x1ff;
}

/** A UTCTime of a day that there is. */
function isOrdinaryDate(view: DataView, at: number): boolean {
  if (view.getUint16(at) !== 0x170d || view.getUint8(at + 14) !== asciiZ) return false;
  const yearAndMonth = view.getInt32(at + 2);
  const dayAndHour = view.getInt32(at + 6);
  const minuteAndSecond = view.getInt32(at + 10);
  if (!areDigits(yearAndMonth) || !areDigits(dayAndHour) || !areDigits(minuteAndSecond)) return false;
  const year = lowPair(yearAndMonth >>> 16);
  const month = lowPair(yearAndMonth);
  const day = lowPair(dayAndHour >>> 16);
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    (day <= 28 || day <= daysIn(month, year)) &&
    lowPair(dayAndHour) <= 23 &&
    lowPair(minuteAndSecond >>> 16) <= 59 &&
    lowPair(minuteAndSecond) <= 59
  );
}

/** UTCTime's years are 1950 to 2049, and of those every fourth is a leap year. */
function daysIn(month: number, year: number): number {
  if (month === 2) return (year & 3) === 0 ? 29 : 28;
  return 30 + ((monthsOf31Days >>> month) & 1);
}

/** January is bit 1. */
const monthsOf31Days = 0b1_0101_1010_1010;

const asciiZ = 0x5a;

/** Whether each of four octets is 0x30 to 0x39: its upper half is 3, and stays so when 6 is added. */
function areDigits(word: number): boolean {
  return (word & upperHalves) === threes && ((word + 0x06060606) & upperHalves) === threes;
}

const upperHalves = 0xf0f0f0f0 | 0;
const threes = 0x30303030;

/** The number that the two lower of four digits make. */
function lowPair(word: number): number {
  return ((word >>> 8) & 0x0f) * 10 + (word & 0x0f);
}

/** `SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 2.5.29.21, OCTET STRING { ENUMERATED of one octet } } }`. */
function isReason(view: DataView, at: number): boolean {
  return (
    view.getInt32(at) === 0x300c300a &&
    view.getInt32(at + 4) === 0x0603551d &&
    view.getInt32(at + 8) === 0x1504030a &&
    view.getUint8(at + 12) === 1
  );
}
