package report

import (
	"fmt"
	"strings"

	"lockheld/sched"
)

// words says what a step does, such as "lock heap" or "add n by 1: 5". step is
// nil for an operation that has not been performed.
func (s *Subject) words(e *sched.Event, step *sched.Step) string {
	if e.Note {
		return "# " + strings.ReplaceAll(e.Text, "\n", " ")
	}
	if step == nil {
		return s.intention(e)
	}
	obj := e.Object
	val := func(v uint64) string { return s.value(obj, int64(v)) }
	switch e.Kind {
	case sched.OpLoad:
		return fmt.Sprintf("load %s = %s", obj, val(step.Before))
	case sched.OpStore:
		return fmt.Sprintf("store %s -> %s", obj, val(step.N))
	case sched.OpAdd, sched.OpInc:
		return fmt.Sprintf("add %s by %d -> %s", obj, int64(step.N), val(step.Before+step.N))
	case sched.OpCAS:
		text := fmt.Sprintf("cas %s %s -> %s", obj, val(step.N), val(step.New))
		if !step.OK {
			text += " fails, is " + val(step.Before)
		}
		return text
	case sched.OpSwap:
		return fmt.Sprintf("swap %s %s -> %s", obj, val(step.Before), val(step.N))
	case sched.OpOr:
		return fmt.Sprintf("or %s with %#x -> %#x", obj, step.N, step.Before|step.N)
	case sched.OpAnd:
		return fmt.Sprintf("and %s with %#x -> %#x", obj, step.N, step.Before&step.N)
	case sched.OpAwait:
		return fmt.Sprintf("await %s %v %s: is %s", obj, step.Cmp, val(step.N), val(step.Before))
	case sched.OpTryLock:
		if !step.OK {
			return "trylock " + obj + " fails"
		}
	case sched.OpCondWait:
		return "wait " + obj
	case sched.OpCondWake:
		return "woken, lock " + obj
	}
	return s.plain(e)
}

// plain is the operation, its object and what came of it.
func (s *Subject) plain(e *sched.Event) string {
	text := e.Kind.String()
	if e.Object != "" {
		text += " " + e.Object
	}
	if e.Text != "" && e.Kind != sched.OpJoin {
		text += " " + e.Text
	}
	return text
}

// intention is an operation that a task waits to perform.
func (s *Subject) intention(e *sched.Event) string {
	if e.Kind == sched.OpCondWake {
		if e.Text != "" {
			return "be woken at " + e.Text
		}
		return "lock " + e.Object
	}
	text := e.Kind.String()
	if e.Object != "" {
		text += " " + e.Object
	}
	if e.Kind == sched.OpAwait {
		text += " " + e.Text
	}
	return text
}

// reads reports whether steps of kind k leave their object as it is.
func reads(s *sched.Step) bool {
	switch s.Kind {
	case sched.OpLoad, sched.OpRacyLoad, sched.OpAwait, sched.OpJoin:
		return true
	case sched.OpCAS, sched.OpTryLock:
		return !s.OK
	}
	return false
}

// locking reports whether operations of kind k are about a lock.
func locking(k sched.OpKind) bool {
	switch k {
	case sched.OpLock, sched.OpUnlock, sched.OpTryLock, sched.OpRLock, sched.OpRUnlock,
		sched.OpWLock, sched.OpWUnlock, sched.OpCondWait, sched.OpCondWake:
		return true
	}
	return false
}
