package sched

// State is how far a search has come, and what it has seen. It does not change.
type State struct {
	program string
	model   uint64 // digest of the program

	strategy    string
	depth       int
	preemptions int
	seed        uint64
	all         bool
	classes     int64

	next  uint64 // samplers: number of the first execution that is in no part
	parts []savedPart
}

// savedPart is a part of a search that nobody works on.
type savedPart struct {
	work       work
	done, last bool
	seen       tally
}

// state returns the state of the search, of which all workers have stopped.
func (s *search) state() *State {
	o := &s.o
	st := &State{program: s.p.Name, model: s.model, strategy: s.entry.Name, depth: o.Depth, preemptions: o.Preemptions,
		seed: o.Seed, all: o.All, classes: o.Classes, next: s.next}
	for p := s.parts.first; p != nil; p = p.next {
		left := p.work
		if n, ok := left.(*numbers); ok {
			left = &numbers{n.from, n.to}
		}
		st.parts = append(st.parts, savedPart{left, p.done, p.last, p.seen.clone()})
	}
	return st
}
