// A TLS client or server of Node's.
//
//     node tls.js client|server OPTIONS
//
// OPTIONS are JSON for tls.connect or tls.createServer, but: cert, key and ca are names of files;
// `exports` is a list of [length, label, context in hex or null]; `again` makes a client come a
// second time, with the session of the first. Each connection is told as a line of JSON.
'use strict';
const fs = require('fs');
const tls = require('tls');

const [side, json] = process.argv.slice(2);
const { exports: labels = [], again = false, ...options } = JSON.parse(json);
for (const name of ['cert', 'key', 'ca']) {
  if (options[name]) options[name] = fs.readFileSync(options[name]);
}

const say = (what) => console.log(JSON.stringify(what));
const fail = (error) => say({ error: error.code ?? error.message });

function exported(socket, [length, label, context]) {
  const material = context === null ? socket.exportKeyingMaterial(length, label)
    : socket.exportKeyingMaterial(length, label, Buffer.from(context, 'hex'));
  return material.toString('hex');
}

function facts(socket) {
  return {
    version: socket.getProtocol(),
    suite: socket.getCipher().standardName,
    group: socket.getEphemeralKeyInfo()?.name, // a client's only
    alpn: socket.alpnProtocol || null,
    serverName: socket.servername || null,
    resumed: socket.isSessionReused(),
    peer: socket.getPeerCertificate().subject?.CN,
    exports: labels.map((label) => exported(socket, label)),
  };
}

function client(session) {
  let answer = '', known, next;
  const socket = tls.connect({ ...options, session }, () => {
    known = facts(socket);
    socket.write('GET / HTTP/1.0\r\n\r\n');
  });
  socket.on('session', (session) => { next = session; });
  socket.on('data', (data) => { answer += data; });
  socket.on('end', () => {
    say({ ...known, answer });
    if (again && !session) client(next);
  });
  socket.on('error', fail);
}

function server() {
  const listener = tls.createServer(options, (socket) => {
    let request = '';
    socket.on('error', fail);
    socket.on('data', (data) => {
      request += data;
      if (!request.endsWith('\r\n\r\n')) return;
      say(facts(socket));
      socket.end('HTTP/1.0 200 OK\r\n\r\nhello\n');
    });
  });
  listener.on('tlsClientError', fail);
  listener.listen(0, '127.0.0.1', () => say({ port: listener.address().port }));
}

if (side === 'client') client();
else server();
