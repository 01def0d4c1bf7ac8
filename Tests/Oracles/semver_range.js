// Says of each line `range<TAB>version...` which of the versions Node.js's semver takes to be in the range: a line of
// 0 and 1, or `-` where the range is none.
const semver = require('semver');
for (const line of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) {
    const [range, ...versions] = line.split('\t');
    const parsed = semver.validRange(range);
    console.log(parsed === null ? '-' : versions.map((version) => (semver.satisfies(version, range) ? 1 : 0)).join(''));
}
