/**
 * The one door to @peculiar/x509. Its dependency injection reads decorators through the global Reflect API, and since
 * version 2 it no longer brings the polyfill itself; the import order below is therefore part of the program.
 */
import 'reflect-metadata';

export * from '@peculiar/x509';
