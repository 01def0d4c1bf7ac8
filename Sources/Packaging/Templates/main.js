// Reads one JSON object from stdin and answers on stdout, a JSON object a line.
const fs = require('fs');

const say = (value) => console.log(JSON.stringify(value));

let request;
try {
    request = JSON.parse(fs.readFileSync(0, 'utf8'));
} catch (error) {
    say({ error: `stdin is no JSON: ${error.message}` });
    process.exit(2);
}
const spec = request.spec ?? request;
say({ type: 'output', data: { key: 'echo', value: spec.text ?? '' } });
say({ result: { echo: spec.text ?? '' }, mentat_meta: {} });
