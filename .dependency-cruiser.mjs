/**
 * Which room may use which: nodes -> kess/{webPay|partner} -> kess/gateway -> kess, and within a node
 * its file -> actions -> actions/common -> client -> nodes/shared. `npm run arrows` keeps it; CONTRIBUTING.md has the map.
 */

const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to: { path: to } });

/** Between a folder's children: none uses another. */
const apart = (name, comment, folder, { besides = [] } = {}) => ({
	name,
	comment,
	severity: 'error',
	from: { path: `^${folder}/([^/]+)/` },
	to: { path: `^${folder}/[^/]+/`, pathNot: [`^${folder}/$1/`, ...besides.map((child) => `^${folder}/${child}/`)] },
});

export default {
	forbidden: [
		{ name: 'no-circle', comment: 'Two files that use each other are one.', severity: 'error', from: {}, to: { circular: true } },
		{
			name: 'no-island',
			comment: 'A file that nothing uses is dead, but for those that n8n, npm or a person starts.',
			severity: 'error',
			from: {
				orphan: true,
				pathNot: ['\\.d\\.mts$', '^sandbox/host/stopWithParent\\.mjs$', '^test/queue/support/clockAhead\\.mjs$', '\\.config\\.mjs$'],
			},
			to: {},
		},
		never('kess-alone', 'The protocols know neither n8n nor what is built on them.', '^kess/', '^(nodes|credentials|sandbox|test|bench)/|n8n-'),
		never('kess-up', 'The texts and numbers below know no gateway.', '^kess/[^/]+$', '^kess/(gateway|webPay|partner|qr)/'),
		never('kess-gateway-up', 'What both gateways share knows neither of them.', '^kess/gateway/', '^kess/(webPay|partner|qr)/'),
		apart('kess-apart', 'The gateways know nothing of each other.', 'kess', { besides: ['gateway', 'written'] }),
		never('kess-written-up', 'What a person wrote is read without knowing where it goes.', '^kess/written/', '^kess/(gateway|webPay|partner|qr)/'),
		never('credentials-alone', 'A credential logs in and signs: it needs the protocols only.', '^credentials/', '^(nodes|sandbox|test|bench)/'),
		never('shared-below', 'What all nodes share knows none of them.', '^nodes/shared/', '^nodes/(?!shared/)|^credentials/'),
		never('nodes-apart', 'A node uses no other node.', '^nodes/KessPartner/', '^nodes/KessWebPay/|^kess/webPay/'),
		never('nodes-apart-too', 'A node uses no other node.', '^nodes/KessWebPay/', '^nodes/KessPartner/|^kess/partner/'),
		never('client-below', 'A client knows no operation.', '^nodes/[^/]+/client\\.ts$', '^nodes/[^/]+/(actions|methods|notifications|polling)/'),
		never('operations-below', 'An operation knows neither the node nor what n8n calls beside it.', '^nodes/[^/]+/actions/', '^nodes/[^/]+/(methods|notifications|polling)/|\\.node\\.ts$'),
		apart('operations-apart', 'What two resources need lies in common.', 'nodes/KessWebPay/actions', { besides: ['common'] }),
		apart('partner-operations-apart', 'What two resources need lies below both.', 'nodes/KessPartner/actions'),
		never('common-below', 'What resources have in common knows none of them.', '^nodes/KessWebPay/actions/common/', '^nodes/KessWebPay/actions/(?!common/)[^/]+/'),
		never('sandbox-alone', 'The gateway that answers shares no line with what it checks.', '^sandbox/', '^(kess|nodes|credentials|test|bench)/'),
		never('tests-on-top', 'Nothing that runs needs a test.', '^(kess|nodes|credentials|sandbox)/', '^(test|bench)/'),
		never('bench-without-tests', 'What a bench and a test both need lies below both: in sandbox/, or in sandbox/host/ where it drives n8n.', '^bench/', '^test/'),
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^(sandbox/n8n|dist|sandbox-data)/' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'test/tsconfig.json' },
		enhancedResolveOptions: { extensions: ['.ts', '.mts', '.mjs', '.js', '.json'] },
	},
};
