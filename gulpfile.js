const { dest, parallel, src } = require('gulp');

// tsc writes only JavaScript: icons, codex files and the fields that outputs have, to drag, have to follow it into dist,
// where the paths inside the compiled classes expect them.

function icons() {
	return src('icons/*.svg').pipe(dest('dist/icons'));
}

function codex() {
	return src(['nodes/**/*.node.json', 'nodes/**/__schema__/**/*.json']).pipe(dest('dist/nodes'));
}

exports.default = parallel(icons, codex);
