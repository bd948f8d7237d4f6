import { z } from 'zod';
import { checked } from '../checked.mts';
import { change } from '../control.mts';
import type { SandboxContext, SandboxCore } from '../core.mts';
import { payPage, unknownLinkPage } from '../pages/payPage.mts';
import { saveCardPage } from '../pages/saveCardPage.mts';
import { cipherPublicKey } from './cardCipher.mts';
import { gateway } from './gateway.mts';
import { KhqrPaymentStore, khqrPaymentData } from './khqrPayments.mts';
import { Notifier } from './notifications.mts';
import { login } from './oauth.mts';
import { orderReport } from './orderData.mts';
import { OrderStore, type Order } from './orders.mts';
import { Refusal } from './refusal.mts';
import { SavedCardStore } from './savedCards.mts';
import { SubscriptionStore } from './subscriptions.mts';
import { TokenStore } from './tokens.mts';
import { UserStore } from './users.mts';

/** What `POST /sandbox/orders/…/refund` takes; without an amount all that is left is given back. */
const refundInput = z.strictObject({ amount: z.number().positive().optional(), merchantReference: z.string().min(1).optional() });

export type RefundInput = z.input<typeof refundInput>;

/**
 * Adds the WebPay gateways, their login, the pages of the buyer and the controls that concern only them.
 *
 * @returns what other pages show of it
 */
export function mountWebPay(core: SandboxCore, notifyRetryDelaysMs: readonly number[]): { orders: OrderStore; notifier: Notifier } {
	const { app } = core;
	const notifier = new Notifier(core, notifyRetryDelaysMs);
	const orders = new OrderStore(core, (order, url) => notifier.notify(order, url));
	const subscriptions = new SubscriptionStore(core);
	const khqrPayments = new KhqrPaymentStore(core);
	const savedCards = new SavedCardStore(core, (card, fields) => notifier.notifyCard(card, fields));
	const users = new UserStore();
	const tokens = new TokenStore(core.now);
	const state = { orders, subscriptions, khqrPayments, savedCards, users, tokens };
	core.tokenEnds.push(() => tokens.expireAll());
	core.resets.push(() => {
		orders.clear();
		subscriptions.clear();
		khqrPayments.clear();
		savedCards.clear();
		users.clear();
		notifier.reset();
	});

	app.post('/oauth/token', (c) => login(core, c, tokens));
	app.post('/api/mch/v1/gateway', (c) => gateway(core, c, state, 'v1'));
	app.post('/api/mch/v2/gateway', (c) => gateway(core, c, state, 'v2'));
	app.post('/api/mch/v2/upload-attachments', (c) => gateway(core, c, state, 'v2', true));

	app.get('/save-card/:token', (c) => {
		const card = savedCards.findByToken(c.req.param('token'));
		return card ? c.html(saveCardPage(card)) : c.html(unknownLinkPage(), 404);
	});
	app.post('/save-card/:token', (c) => {
		const card = savedCards.findByToken(c.req.param('token'));
		if (!card) return c.html(unknownLinkPage(), 404);
		savedCards.save(card.token);
		return c.redirect(`/save-card/${card.token}`, 303);
	});
	app.get('/pay/:token', (c) => {
		const order = orders.findByToken(c.req.param('token'));
		return order ? c.html(payPage(order, core.origin())) : c.html(unknownLinkPage(), 404);
	});
	app.post('/pay/:token', async (c) => {
		const order = orders.findByToken(c.req.param('token'));
		if (!order) return c.html(unknownLinkPage(), 404);
		const { action } = await c.req.parseBody();
		if (action !== 'pay' && action !== 'close') return c.text('The action is neither pay nor close.', 400);
		try {
			orders[action](order);
		} catch (error) {
			// Somebody was faster: the page shows what became of the order.
			if (!(error instanceof Refusal)) throw error;
		}
		return c.redirect(`/pay/${order.token}`, 303);
	});

	const report = (order: Order) => orderReport(order, core.origin());
	const settle = (action: 'pay' | 'close') => (c: SandboxContext) => {
		try {
			const order = orders.find(c.req.param('outTradeNo') ?? '');
			orders[action](order);
			return c.json(report(order));
		} catch (error) {
			if (!(error instanceof Refusal)) throw error;
			return new Response(JSON.stringify(error.body), { status: error.status, headers: { 'content-type': 'application/json' } });
		}
	};
	app.get('/sandbox/orders', (c) => c.json(orders.all().map(report)));
	app.get('/sandbox/khqr-payments', (c) => c.json(khqrPayments.all().map(khqrPaymentData)));
	app.post('/sandbox/orders/:outTradeNo/pay', settle('pay'));
	app.post('/sandbox/orders/:outTradeNo/close', settle('close'));
	app.post('/sandbox/orders/:outTradeNo/refund', (c) =>
		change(c, (body) => {
			const order = orders.find(c.req.param('outTradeNo'));
			const { amount, merchantReference } = checked(refundInput, body);
			orders.refund(order, { amount, reason: 'Refunded by hand', merchantReference: merchantReference ?? null, callbackUrl: order.notifyUrl });
			return report(order);
		}),
	);
	app.post('/sandbox/subscriptions/:outTradeNo/renew', (c) =>
		change(c, () => {
			const subscription = subscriptions.ofOrder(c.req.param('outTradeNo'));
			const { transactionId, at } = subscriptions.renew(subscription);
			const { order } = subscription;
			// What KESS says of a renewal is not published: its rows name the first order with another transaction (docs/gateway.md §3).
			notifier.notify({ ...order, transactionId, paidAt: at }, order.notifyUrl);
			return { transaction_id: transactionId };
		}),
	);
	app.post('/sandbox/saved-cards/:token/save', (c) => change(c, () => ({ card_token: savedCards.save(c.req.param('token')).cardToken })));
	app.get('/sandbox/webpay/keys', (c) => c.json({ kessPublicKey: cipherPublicKey() }));
	app.get('/sandbox/notifications', (c) => c.json(notifier.all()));
	return { orders, notifier };
}
