// Calls of calls_server.py with @grpc/grpc-js, and what this client saw of each, as JSON lines.
//
// usage: node calls.js HOST:PORT
'use strict';

const grpc = require('@grpc/grpc-js');

const MIB = 1 << 20;
const bytes = (message) => message;
const client = new grpc.Client(process.argv[2], grpc.credentials.createInsecure(), {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.use_local_subchannel_pool': 1,
});

function metadata() {
  const sent = new grpc.Metadata();
  sent.add('x-head-one', 'a');
  sent.add('x-head-one', 'b, c');
  sent.add('x-head-raw-bin', Buffer.from([0, 255, 44]));
  sent.add('x-tail-two', 'd');
  sent.add('x-tail-raw-bin', Buffer.from('tail'));
  return sent;
}

// {key: values} without what is not the call's own; binary ones as hexadecimal digits.
function grouped(seen) {
  const values = {};
  for (const key of Object.keys(seen.getMap()).sort()) {
    if (key !== 'date' && key !== 'content-type') {
      values[key] = seen.get(key).map((value) => Buffer.isBuffer(value) ? value.toString('hex') : value);
    }
  }
  return values;
}

// What a call comes to, whatever its kind.
function outcome(name, begin) {
  return new Promise((resolve) => {
    const seen = {name, messages: [], head: {}};
    const call = begin((error, message) => {
      if (message) seen.messages.push(message.length);
    });
    call.on('metadata', (head) => { seen.head = grouped(head); });
    call.on('data', (message) => seen.messages.push(message.length));
    call.on('error', () => {});  // its status says the same
    call.on('status', (status) => {
      seen.code = status.code;
      // Of a deadline either side may speak first.
      if (status.code !== grpc.status.DEADLINE_EXCEEDED) seen.details = status.details;
      seen.tail = grouped(status.metadata);
      setImmediate(() => resolve(seen));
    });
  });
}

function unary(name, request, options = {}) {
  return outcome(name, (done) => client.makeUnaryRequest(
    `/test.Calls/${name}`, bytes, bytes, request, metadata(), {deadline: Date.now() + 20000, ...options},
    done));
}

function answers(name, request) {
  return outcome(name, () => client.makeServerStreamRequest(
    `/test.Calls/${name}`, bytes, bytes, request, metadata(), {deadline: Date.now() + 20000}));
}

function requests(name, messages) {
  return outcome(name, (done) => {
    const call = client.makeClientStreamRequest(
      `/test.Calls/${name}`, bytes, bytes, metadata(), {deadline: Date.now() + 20000}, done);
    messages.forEach((message) => call.write(message));
    call.end();
    return call;
  });
}

// One message at a time, each behind the answer to the one before.
function turns(name, messages) {
  return outcome(name, () => {
    const call = client.makeBidiStreamRequest(
      `/test.Calls/${name}`, bytes, bytes, metadata(), {deadline: Date.now() + 20000});
    let number = 0;
    const next = () => number < messages.length ? call.write(messages[number++]) : call.end();
    call.on('data', next);
    next();
    return call;
  });
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}

async function main() {
  const say = (seen) => console.log(JSON.stringify(seen));
  for (const size of [0, 10, 64 * 1024, 5 * MIB]) say(await unary('Echo', Buffer.alloc(size, 'x')));
  say(await answers('Count', json({messages: 50, bytes: 10000})));
  say(await answers('Count', json({messages: 3, fail: 5})));
  say(await requests('Gather', Array(20).fill(Buffer.alloc(100000))));
  say(await turns('Chat', Array(20).fill(Buffer.alloc(1000))));
  say(await unary('Fail', json({status: 7, message: 'nein \u2713 %'})));
  say(await unary('Sleep', Buffer.from('20'), {deadline: Date.now() + 300}));
  const many = await Promise.all(Array(150).fill().map(() => unary('Echo', Buffer.from('many'))));
  say({name: 'many', ok: many.filter((seen) => seen.code === 0).length});
  client.close();
}

main();
