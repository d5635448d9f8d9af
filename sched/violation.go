package sched

import (
	"fmt"
	"math/bits"
	"strings"
)

// Kind is what sort of wrong a violation is.
type Kind uint8

// Kinds of violations.
const (
	KindAssertion      Kind = iota + 1 // an assertion point did not hold
	KindProperty                       // a property did not hold
	KindDeadlock                       // tasks wait for each other in a cycle
	KindSelfDeadlock                   // a task waits for what it holds
	KindStuck                          // a task waits for what nobody will do
	KindMisuse                         // a lock was used against its rules
	KindRace                           // two accesses without happens-before order
	KindGuard                          // an access without the guard that the data needs
	KindPanic                          // a task panicked
	KindLivelock                       // tasks move for ever without progress
	KindNondeterminism                 // the program did not repeat itself
	KindSometimes                      // a goal was never reached
)

var kindNames = [...]string{
	KindAssertion: "assertion", KindProperty: "property", KindDeadlock: "deadlock",
	KindSelfDeadlock: "self-deadlock", KindStuck: "stuck", KindMisuse: "misuse",
	KindRace: "race", KindGuard: "guard", KindPanic: "panic", KindLivelock: "livelock",
	KindNondeterminism: "nondeterminism", KindSometimes: "sometimes",
}

// String returns the word that reports use for k.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Violation is something that must not happen and did.
type Violation struct {
	Kind    Kind
	Site    string // assertion point, property, lock or object
	Message string // one line
	Task    string // who, if one task did it
	Step    int    // index of the step after which it showed, -1 before the first
	Stack   string // of a panic
}

// Error returns kind, site and message on one line.
func (v *Violation) Error() string {
	if v.Message == "" {
		return v.Kind.String() + " " + v.Site
	}
	return v.Kind.String() + " " + v.Site + ": " + v.Message
}

// diagnose says why nobody can go on although tasks have not finished.
func (w *World) diagnose() Violation {
	var waits []string
	cycle := w.findCycle()
	kind, site := KindStuck, ""
	for _, t := range w.created {
		if t.daemon || t.Ended() {
			continue
		}
		waits = append(waits, w.waitsFor(t))
		if site == "" {
			site = w.ObjectName(t.pend.Obj)
		}
	}
	if cycle != 0 {
		kind = KindDeadlock
		if bits.OnesCount64(cycle) == 1 {
			kind = KindSelfDeadlock
		}
		t := w.tasks[bits.TrailingZeros64(cycle)]
		site = w.ObjectName(t.pend.Obj)
	}
	return Violation{Kind: kind, Site: site, Message: strings.Join(waits, "; "), Step: w.Now() - 1}
}

// waitsFor says what t waits for and who has it.
func (w *World) waitsFor(t *Task) string {
	s := fmt.Sprintf("%s waits to %v %s", t.name, t.pend.Kind, w.ObjectName(t.pend.Obj))
	if t.pend.Kind == OpAwait {
		s += fmt.Sprintf(" %v %d", t.pend.Cmp, int64(t.pend.N))
	}
	if t.block == nil {
		return s
	}
	h := t.block.holder(t)
	switch {
	case h == nil:
	case t.pend.Kind == OpJoin:
	case h == t:
		s += ", which it holds itself"
	case h.Ended():
		s += ", held by " + h.name + ", which has ended"
	default:
		s += ", held by " + h.name
	}
	return s
}

// findCycle returns the tasks of a cycle of tasks that wait for each other, or 0.
func (w *World) findCycle() uint64 {
	for _, start := range w.created {
		var seen uint64
		for t := start; t != nil && t.state == taskParked && t.block != nil; t = t.block.holder(t) {
			if seen&t.bit() == 0 {
				seen |= t.bit()
				continue
			}
			if t == start {
				return seen
			}
			break
		}
	}
	return 0
}
