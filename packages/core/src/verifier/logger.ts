import { debuglog } from 'node:util';

/** A logger as pino and Fastify have it: fields first, then the message. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const debug = debuglog('peercert');

/** Unless told otherwise: what the operator must mend becomes a process warning, the rest shows with NODE_DEBUG=peercert. */
export const defaultLogger: Logger = {
  debug: (_fields, message) => debug(message),
  info: (_fields, message) => debug(message),
  warn: (_fields, message) => process.emitWarning(message, 'PeercertWarning'),
  error: (_fields, message) => process.emitWarning(message, 'PeercertWarning'),
};

/** A logger that cannot throw: a broken log must not decide who gets in, nor break a request. */
export function safeLogger(logger: Logger): Logger {
  const safe =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message);
      } catch (error) {
        debug('the logger threw: %s', error);
      }
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
