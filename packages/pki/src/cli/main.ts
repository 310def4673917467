#!/usr/bin/env node
import { run } from './run.js';

// Whoever pipes into `head` closes early, and wants no complaint.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  write: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
  env: process.env,
});
