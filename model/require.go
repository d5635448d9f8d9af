package model

import "lockheld/sched"

// Reach counts that assertion point s was evaluated. The assertions of this
// package do it themselves.
func (m *M) Reach(s Site) { m.reach(s) }

// Fail reports a violation at s and does not return. It is for assertion points
// whose condition this package can not state.
func (m *M) Fail(kind sched.Kind, s Site, format string, args ...any) {
	m.fail(kind, s, format, args...)
}
