/** Checks how reports of ProVerif are read, with lines of its real reports. ProVerif itself does not run here. */
import test from 'ava';
import { modelFaults, resultsIn, twinsOf } from '../../scripts/check-models.ts';

const good = `
RESULT not attacker_p1(said[]) is true.
RESULT inj-event(Read(a,b)) ==> inj-event(Sent(a,b)) is true.
RESULT not event(Reached) is false.`;
const attacked = `
RESULT not attacker_p1(said[]) is true.
RESULT inj-event(Read(a,b)) ==> inj-event(Sent(a,b)) is false.
RESULT (but event(Read(a,b)) ==> event(Sent(a,b)) is true.)
RESULT not event(Reached) is false.`;
const undecided = `
RESULT not attacker_p1(said[]) cannot be proved.
RESULT not event(Reached) is false.`;
const empty = `
RESULT not attacker_p1(said[]) is true.
RESULT not event(Reached) is true.`;

test('a model whose queries hold has no fault', (t) => {
  t.is(resultsIn(good).length, 3);
  t.deepEqual(modelFaults(resultsIn(good), false), []);
});

test('an attack, an undecided query, and a model in which nothing happens are faults of a model', (t) => {
  t.deepEqual(modelFaults(resultsIn(attacked), false), ['inj-event(Read(a,b)) ==> inj-event(Sent(a,b)) is false']);
  t.deepEqual(modelFaults(resultsIn(undecided), false), ['not attacker_p1(said[]) cannot be proved']);
  t.deepEqual(modelFaults(resultsIn(empty), false), ['nothing reaches the end: not event(Reached)']);
  t.deepEqual(modelFaults(resultsIn('Error: Syntax error.'), false), ['results are missing']);
});

test('a twin must be attacked', (t) => {
  t.deepEqual(modelFaults(resultsIn(attacked), true), []);
  t.deepEqual(modelFaults(resultsIn(good), true), ['the twin is not attacked']);
  t.deepEqual(modelFaults(resultsIn(undecided), true), ['the twin is not attacked']);
  t.deepEqual(modelFaults(resultsIn(''), true), ['results are missing']);
});

test('the head of a model names its twins', (t) => {
  t.deepEqual(twinsOf('(* Shows x.\n WITHOUT_ROOM  a rule\n WITHOUT_COMMIT  another *)\n#ifdef WITHOUT_OTHER'), [
    'WITHOUT_ROOM',
    'WITHOUT_COMMIT',
  ]);
});
