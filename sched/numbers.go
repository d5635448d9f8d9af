package sched

import "math"

// numbers are the executions from one number to another, that excluded, of a
// strategy that samples.
type numbers struct{ from, to uint64 }

// blockSize is the number of executions that a worker takes at a time.
const blockSize = 256

// never is the number of no execution.
const never = math.MaxUint64

// numbered runs the executions of a sampler that have certain numbers. What
// earlier executions teach the sampler it finds out by running these, if nobody
// else has on this worker.
type numbered struct {
	sampler
	left  numbers // to run, the execution under way not included
	known uint64  // all executions below have taught what they can
	at    uint64  // number of the execution under way
	extra bool    // it is only run for what it teaches
	sums  *sums   // of the part under way
	lost  sums    // of executions that are only run for what they teach
}

func (s *numbered) Next(r *Result) (Schedule, bool) {
	if r != nil {
		s.learn(r)
		s.known = s.at + 1
	}
	if s.left.from == s.left.to {
		return nil, false
	}
	s.at = s.left.from
	s.extra = false
	if next := s.teaches(s.known); next < s.at {
		s.at, s.extra = next, true
	} else {
		s.left.from++
	}
	if s.extra {
		s.lost = sums{}
		s.sumInto(&s.lost)
	} else {
		s.sumInto(s.sums)
	}
	s.skipTo(s.at)
	s.begin()
	return nil, true
}

// start begins a part of the search.
func (s *numbered) start(w work, t *tally) {
	s.left = *w.(*numbers)
	s.sums = &t.sums
	s.extra = true // no execution that counts is under way
}

// remaining returns what is left, with the execution under way.
func (s *numbered) remaining() work {
	if s.extra {
		return &numbers{s.left.from, s.left.to}
	}
	return &numbers{s.at, s.left.to}
}

// split gives nothing away: numbers that nobody has taken are with the search.
func (s *numbered) split(*Result) work { return nil }
