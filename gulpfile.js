const { dest, parallel, src } = require('gulp');

// tsc writes only JavaScript: icons and codex files have to follow it into dist,
// where the paths inside the compiled classes expect them.

function icons() {
	return src('icons/*.svg').pipe(dest('dist/icons'));
}

function codex() {
	return src('nodes/**/*.node.json').pipe(dest('dist/nodes'));
}

exports.default = parallel(icons, codex);
