// SPDX-License-Identifier: Apache-2.0
//
// Opens a trace with Perfetto's own trace processor and asks it, by SQL, whether everything that weft wrote is there.
//   node perfetto.mjs FOLDER TRACE.json [SQL]    FOLDER: engine_bundle.js and trace_processor.wasm of Perfetto's page
// Exit status: 0 it is; 1 no. With SQL the answer to that is printed instead.
//
// How it works. Perfetto's page keeps its trace processor in a worker (engine_bundle.js), which is spoken to in framed
// protobuf messages (protos/perfetto/trace_processor/trace_processor.proto). Here the worker is a context of node's vm
// that looks like one in a browser. What is expected is counted in the JSON, so that any trace of weft's will do.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

// ---- protobuf: only what these messages need -------------------------------------------------------------------------

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const number = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field, data) => Buffer.concat([varint(field * 8 + 2), varint(data.length), data]);

class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }
  more() {
    return this.at < this.data.length;
  }
  varint() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.data[this.at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  }
  take(size) {
    return this.data.subarray(this.at, (this.at += size));
  }
  /// The next field: its number, and its value, a number or bytes.
  field() {
    const tag = this.varint();
    const kind = tag % 8;
    const value = kind === 0 ? this.varint() : this.take(kind === 2 ? this.varint() : kind === 1 ? 8 : 4);
    return [Math.floor(tag / 8), value];
  }
}

/// The fields of a message by number, each a list.
function message(data) {
  const found = {};
  for (const reader = new Reader(data); reader.more(); ) {
    const [field, value] = reader.field();
    (found[field] ??= []).push(value);
  }
  return found;
}

function packed(data) {
  const values = [];
  for (const reader = new Reader(data); reader.more(); ) values.push(reader.varint());
  return values;
}

// ---- the trace processor ---------------------------------------------------------------------------------------------

/// A worker's context in which `script` has run; its files come from the script's folder.
function browserWorker(script) {
  const folder = path.dirname(script);
  class Request {
    open(method, url) {
      this.file = path.join(folder, path.basename(url));
    }
    send() {
      this.response = fs.readFileSync(this.file);
      this.status = 200;
    }
  }
  const out = { log: () => {}, info: () => {}, warn: console.error, error: console.error };
  const scope = { WorkerGlobalScope: Request, XMLHttpRequest: Request, location: { href: '' }, console: out };
  Object.assign(scope, { performance, setTimeout, TextDecoder, TextEncoder, crypto, importScripts: () => {} });
  scope.self = vm.createContext(scope);
  vm.runInContext(fs.readFileSync(script, 'utf8'), scope, { filename: script });
  return scope;
}

class TraceProcessor {
  static async start(folder) {
    const made = new TraceProcessor();
    made.worker = browserWorker(path.join(folder, 'engine_bundle.js'));
    made.port = { postMessage: (data) => made.answers.push(Buffer.from(data)) };
    made.worker.onmessage({ data: made.port });
    await new Promise((resolve) => setTimeout(resolve));
    return made;
  }

  answers = [];
  sent = 0;

  /// The answers to one request (TraceProcessorRpc): a method, and a field of its own.
  call(method, ...argument) {
    this.answers = [];
    const request = Buffer.concat([number(1, this.sent++), number(2, method), ...argument]);
    const array = vm.runInContext('Uint8Array', this.worker);
    this.port.onmessage({ data: new array(bytes(1, request)) });
    return (message(Buffer.concat(this.answers))[1] ?? []).map(message);
  }

  load(data) {
    for (let at = 0; at < data.length; at += 1 << 24) {
      for (const answer of this.call(1, bytes(101, data.subarray(at, at + (1 << 24))))) {
        const error = answer[201] && message(answer[201][0])[2];
        if (error) throw new Error(`Perfetto cannot load it: ${error[0]}`);
      }
    }
    this.call(2);
  }

  /// The rows of an answer.
  query(sql) {
    const values = [];
    let columns = 0;
    for (const answer of this.call(3, bytes(103, bytes(1, Buffer.from(sql))))) {
      const result = message(answer[203][0]);
      if (result[2]?.[0].length) throw new Error(`${result[2][0]}: ${sql}`);
      columns ||= result[1].length;
      for (const batch of result[3] ?? []) values.push(...cells(message(batch)));
    }
    return Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
  }
}

/// The values of a batch, which come sorted by their type.
function cells(batch) {
  const numbers = (batch[2] ?? []).flatMap(packed);
  const floats = Buffer.concat(batch[3] ?? []);
  const strings = (batch[5] ?? []).flatMap((text) => text.toString().split('\0'));
  let number = 0, float = 0, string = 0;
  const value = { 1: () => null, 2: () => numbers[number++], 3: () => floats.readDoubleLE(8 * float++),
                  4: () => strings[string++] };
  return (batch[1] ?? []).flatMap(packed).map((type) => value[type]());
}

// ---- what must be there ----------------------------------------------------------------------------------------------

let wrong = 0;
function expect(what, found, wanted) {
  const same = JSON.stringify(found) === JSON.stringify(wanted);
  console.log(`perfetto: ${what}: ${JSON.stringify(found)}${same ? '' : `, but it must be ${JSON.stringify(wanted)}`}`);
  if (!same) wrong = 1;
}

function check(perfetto, events) {
  const count = (phases, more = () => true) => events.filter((e) => phases.includes(e.ph) && more(e)).length;
  const one = (sql) => perfetto.query(sql)[0][0];
  const names = events.filter((e) => e.ph === 'M' && e.name === 'thread_name').map((e) => e.args.name).sort();

  expect('complaints of the import',
    perfetto.query("select name, value from stats where severity in ('error', 'data_loss') and value > 0"), []);
  expect('lanes', perfetto.query('select name from thread where name is not null order by name').flat()
    .filter((name) => names.includes(name)), names);
  expect('slices in lanes', one('select count(*) from slice join thread_track on track_id = thread_track.id'),
    count('BXi'));
  expect('slices without an end', one('select count(*) from slice where dur < 0'), 0);
  expect('goroutines that run', one("select count(*) from slice where category = 'goroutine'"),
    count('B', (e) => e.cat === 'goroutine'));
  expect('tasks and regions', one("select count(*) from slice where category in ('task', 'region')"), count('b'));
  expect('logs', perfetto.query("select name from slice where category = 'log' order by name").flat(),
    events.filter((e) => e.cat === 'log' && e.ph === 'i').map((e) => e.name).sort());
  expect('arrows from waker to woken', one('select count(*) from flow'), count('f'));
  expect('arrows without both ends, or back in time', one(`select count(*) from flow
    left join slice a on a.id = slice_out left join slice b on b.id = slice_in
    where a.id is null or b.id is null or b.ts < a.ts or b.category != 'goroutine'`), 0);
  expect('why goroutines stopped', one(`select count(*) from slice
    where extract_arg(arg_set_id, 'args.stopped') is not null`),
    count('E', (e) => e.args?.stopped !== undefined));
}

const [folder, trace, sql] = process.argv.slice(2);
const perfetto = await TraceProcessor.start(folder);
const data = fs.readFileSync(trace);
perfetto.load(data);
if (sql) {
  for (const row of perfetto.query(sql)) console.log(row.join('\t'));
} else {
  check(perfetto, JSON.parse(data).traceEvents);
}
process.exit(wrong);
