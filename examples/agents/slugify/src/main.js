// Makes slugs: a MentatLab agent that reads one JSON object from stdin and answers in NDJSON.
'use strict';

const began = process.hrtime.bigint();

function answer(message, code) {
  process.stdout.write(JSON.stringify(message) + '\n');
  process.exitCode = code;
}

function fail(message) {
  answer({ error: message, mentat_meta: { seconds: null } }, 2);
}

function slug(text) {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

let input = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (piece) => { input += piece; });
process.stdin.on('end', () => {
  let request;
  try {
    request = JSON.parse(input);
  } catch (error) {
    return fail(`stdin holds no JSON: ${error.message}`);
  }
  if (request === null || typeof request !== 'object' || Array.isArray(request)) {
    return fail('stdin has to hold one JSON object');
  }
  // An object without spec counts as the spec itself.
  const spec = request.spec ?? request;
  if (typeof spec.text !== 'string') return fail("the input 'text' is missing or no string");
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  answer({ type: 'log', level: 'info', message: 'made a slug' }, 0);
  answer({
    result: { slug: slug(spec.text) },
    mentat_meta: { tokens_input: 0, tokens_output: 0, seconds, model: null },
  }, 0);
});
