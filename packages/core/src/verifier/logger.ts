import { debuglog } from 'node:util';

/** A logger as pino and Fastify have it: fields first, then the message. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** As pino has it: whether a level is shown. What takes work to say is not worked out where it is not; a logger without it is shown everything. */
  isLevelEnabled?(level: string): boolean;
}

const debug = debuglog('peercert');

const silent = (): void => undefined;

/** Unless told otherwise: what the operator must mend becomes a process warning. */
export const defaultLogger: Logger = {
  debug: silent,
  info: silent,
  warn: (_fields, message) => process.emitWarning(message, 'PeercertWarning'),
  error: (_fields, message) => process.emitWarning(message, 'PeercertWarning'),
  isLevelEnabled: (level) => level === 'warn' || level === 'error',
};

/**
 * A logger that cannot throw: a broken log must not decide who gets in, nor break a request. Whatever the logger makes of it, all is
 * shown with NODE_DEBUG=peercert. The console takes messages first, so it is given these alone.
 */
export function safeLogger(logger: Logger): SafeLogger {
  if (safeLoggers.has(logger)) return logger as SafeLogger;
  const safe =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      debug(message);
      try {
        // biome-ignore lint/suspicious/noConsole: the operator chose it.
        if (logger === (console as unknown)) console[level](message);
        else logger[level](fields, message);
      } catch (error) {
        debug('the logger threw: %s', error);
      }
    };
  const isLevelEnabled = (level: string): boolean => {
    try {
      return debug.enabled || logger.isLevelEnabled?.(level) !== false;
    } catch {
      return true;
    }
  };
  const wrapped = { isLevelEnabled, debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
  safeLoggers.add(wrapped);
  return wrapped;
}

export type SafeLogger = Required<Logger>;

const safeLoggers = new WeakSet<Logger>();
