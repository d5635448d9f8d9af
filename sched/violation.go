package sched

import "fmt"

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
