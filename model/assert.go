package model

import "lockheld/sched"

// AssertLockHeld fails unless m holds l. It is no step: only m itself changes
// the answer. A lock that somebody else holds does not count.
//
// Runtime: assertLockHeld, Go 1.16.
func (m *M) AssertLockHeld(l *Mutex, s Site) {
	m.reach(s)
	m.deprive(s, NeedsLock, l)
	if !m.holds(l) && !m.forgiven(s) {
		m.fail(sched.KindAssertion, s, "does not hold %s; it holds %s; %s", l.name, m.held(), m.k.worldState())
	}
}

// AssertLockNotHeld fails if m holds l. It is no step. The runtime has no such
// assertion; it is stated in comments only.
func (m *M) AssertLockNotHeld(l *Mutex, s Site) {
	m.reach(s)
	m.deprive(s, NeedsNoLock, l)
	if m.holds(l) && !m.forgiven(s) {
		m.fail(sched.KindAssertion, s, "must not hold %s; it holds %s; %s", l.name, m.held(), m.k.worldState())
	}
}

// AssertWorldStopped fails unless the world is stopped, by whomever. It is a
// step except for the M that stopped the world itself.
//
// Runtime: assertWorldStopped, Go 1.16. It passes a little longer than the
// world is really stopped, see [M.StartTheWorldWithSema].
func (m *M) AssertWorldStopped(s Site) {
	m.reach(s)
	m.deprive(s, NeedsStop, nil)
	if !m.worldIsStopped() && !m.forgiven(s) {
		m.fail(sched.KindAssertion, s, "relies on a stopped world; it holds %s; %s", m.held(), m.k.worldState())
	}
	m.checkStopper()
}

// AssertWorldStoppedOrLockHeld fails unless the world is stopped or m holds l.
// It is a step except for the M that stopped the world itself.
//
// Runtime: assertWorldStoppedOrLockHeld, Go 1.16.
func (m *M) AssertWorldStoppedOrLockHeld(l *Mutex, s Site) {
	m.reach(s)
	m.deprive(s, NeedsStopOrLock, l)
	if m.worldIsStopped() {
		if !m.holds(l) {
			m.checkStopper()
		}
		return
	}
	if !m.holds(l) && !m.forgiven(s) {
		m.fail(sched.KindAssertion, s, "does not hold %s; it holds %s; %s", l.name, m.held(), m.k.worldState())
	}
}

// AssertSystemStack fails on a user stack. It is no step. The runtime says it
// with a compiler directive, go:systemstack.
func (m *M) AssertSystemStack(s Site) {
	if !m.k.checks(CheckSystemStack) {
		return
	}
	m.reach(s)
	m.deprive(s, NeedsSystemStack, nil)
	if !m.g0 && !m.forgiven(s) {
		m.fail(sched.KindAssertion, s, "is on a user stack; it holds %s; %s", m.held(), m.k.worldState())
	}
}

// worldIsStopped is the runtime's checkWorldStopped.
func (m *M) worldIsStopped() bool {
	var n uint64
	if m.k.s.stopper == m {
		n = m.k.worldIsStopped.Peek() // nobody else changes it meanwhile
	} else {
		n = m.k.worldIsStopped.Load(m.t)
	}
	m.reach(SiteCheckWorldStopped)
	if n > 1 {
		m.fail(sched.KindAssertion, SiteCheckWorldStopped, "finds %d stops of the world at one time", n)
	}
	return n == 1
}

// checkStopper fails if the stop that m relies on is that of another M.
func (m *M) checkStopper() {
	k := m.k
	if !k.cfg.StrictStopper {
		return
	}
	m.reach(SiteStopper)
	switch st := k.s.stopper; {
	case st == nil:
		m.fail(sched.KindAssertion, SiteStopper, "relies on a stop of the world that is over")
	case st != m:
		m.fail(sched.KindAssertion, SiteStopper, "relies on a stop of the world by %s", st.name)
	}
}

// worldState says whether the world is stopped, for messages.
func (k *Machine) worldState() string {
	switch st := k.s.stopper; {
	case k.worldIsStopped.Peek() == 0:
		return "the world is not stopped"
	case st == nil:
		return "the world counts as stopped"
	default:
		return "the world is stopped by " + st.name
	}
}
