import { isSamePerson } from '../../../kess/partner/receiverName.ts';

test.each([
	['Sok Dara', 'SOK DARA'],
	['Sok Dara', 'Dara  Sok'],
	['Sok, Dara', ' Dara.Sok '],
	["O'Neil Sok", 'ONEIL SOK'],
	['O’Neil Sok', "o'neil sok"],
	['Ｓｏｋ Dara', 'Sok Dara'],
	['Réné', 'Re\u0301ne\u0301'],
	['សុខ\u200B ដារ៉ា', 'សុខ ដារ៉ា'],
	['សុខ\u200Bដារ៉ា', 'សុខដារ៉ា'],
])('%s is %s', (one, other) => {
	expect(isSamePerson(one, other)).toBe(true);
	expect(isSamePerson(other, one)).toBe(true);
});

test.each([
	['Sok Dara', 'Sok Daro'],
	['Sok Dara', 'Sok'],
	['Sok Dara', 'Sok Dara Dara'],
	['Sok Dara', 'S. Dara'],
	['An Nara', 'Anna Ra'],
	['Rene', 'Réné'],
	['សុខ ដារ៉ា', 'សុខ ដារា'],
	['', ''],
	['', 'Sok'],
	['-', '.'],
])('%p is not %p', (one, other) => {
	expect(isSamePerson(one, other)).toBe(false);
	expect(isSamePerson(other, one)).toBe(false);
});
