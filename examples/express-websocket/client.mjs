// Opens a WebSocket as client.crt and shows what is said; for this server and for that of fastify-websocket.
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const socket = new WebSocket(`wss://localhost:${process.env.PORT ?? 8443}/`, {
  ca: readFileSync('ca.crt'),
  cert: readFileSync('client.crt'),
  key: readFileSync('client.key'),
});

socket.once('message', (hello) => {
  console.log(String(hello));
  socket.send('good morning');
  socket.once('message', (answer) => {
    console.log(String(answer));
    socket.close();
  });
});

// A refused upgrade shows here, as "Unexpected server response: 403".
socket.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
