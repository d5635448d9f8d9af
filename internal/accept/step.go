package accept

import "fmt"

// Kind is what a step does.
type Kind uint8

// Kinds of steps.
const (
	PStart     Kind = iota + 1 // a thread takes a P
	PStop                      // a thread gives its P away, or loses it
	PIdle                      // a P that was not seen before is idle
	StopBegin                  // a thread begins to stop the world
	StopEnd                    // it has started the world
	Procs                      // the number of Ps is set
	MarkBegin                  // the collector begins to mark
	MarkEnd                    // it has marked
	SpanExists                 // a span is there when the trace begins
	SpanAlloc                  // a span is allocated
	SpanFree                   // a span is freed
	numKinds
)

var kindNames = [numKinds]string{
	PStart: "P start", PStop: "P stop", PIdle: "P idle", StopBegin: "stop begin", StopEnd: "stop end", Procs: "set Ps",
	MarkBegin: "mark begin", MarkEnd: "mark end", SpanExists: "span exists", SpanAlloc: "span alloc", SpanFree: "span free",
}

// String returns the words for k.
func (k Kind) String() string {
	if k < numKinds && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// A Step is one event of a trace that the model has something to say about.
type Step struct {
	Kind   Kind
	Time   int64  // nanoseconds, as the trace counts
	Thread int64  // -1: none
	P      int64  // the P that it is about, for spans the P of the thread; -1: none
	Page   uint64 // of a span, from the lowest page of the heap on
	N      uint64 // pages of a span, number of Ps
	Manual bool   // the span is a stack or another one that the heap does not use itself
	Reason string // of a stop
}

// String describes s in one line.
func (s *Step) String() string {
	who := fmt.Sprintf("thread %d", s.Thread)
	switch s.Kind {
	case PStart, PStop, PIdle:
		return fmt.Sprintf("%s: %v %d", who, s.Kind, s.P)
	case StopBegin, StopEnd:
		return fmt.Sprintf("%s: %v (%s)", who, s.Kind, s.Reason)
	case Procs:
		return fmt.Sprintf("%v to %d", s.Kind, s.N)
	case SpanExists, SpanAlloc:
		return fmt.Sprintf("%s, P %d: %v page %d, %d pages", who, s.P, s.Kind, s.Page, s.N)
	case SpanFree:
		return fmt.Sprintf("%s, P %d: %v page %d", who, s.P, s.Kind, s.Page)
	}
	return s.Kind.String()
}
