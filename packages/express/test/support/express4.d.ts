/** Express 4 beside Express 5, with whose types it shares all that is used here. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
