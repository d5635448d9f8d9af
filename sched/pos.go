package sched

import "math/bits"

// pos is partial order sampling: the next step of each task has a random
// priority, and the highest one is made. The step that follows it in its task
// gets a new priority, and so do those that it conflicts with, so that the
// order of two conflicting steps does not depend on how they were ordered with
// others before (Yuan, Yang and Gu, Partial order aware concurrency sampling,
// CAV 2018, section 4).
//
// A task that yields, or that spins, gets a priority below all others.
type pos struct {
	random
	priority [maxTasks]int64
	known    uint64 // tasks whose next step has a priority
	low      int64  // the lowest priority so far, 0 or below
}

func newPOS(o *Options) Strategy { return &pos{random: random{seed: o.Seed}} }

func (s *pos) Next(r *Result) (Schedule, bool) { return nextOf(s, r) }

func (s *pos) begin() {
	s.random.begin()
	s.known, s.low = 0, 0
}

func (s *pos) Pick(v *View) int {
	s.reassign(v)
	if v.Enabled&(v.Enabled-1) == 0 {
		return bits.TrailingZeros64(v.Enabled)
	}
	for set := v.Enabled &^ s.known; set != 0; {
		t := v.nth(set, 0)
		set &^= 1 << uint(t)
		s.known |= 1 << uint(t)
		s.priority[t] = s.draw()
	}
	return highest(&s.priority, v.Enabled)
}

// draw returns a random priority above those of tasks that yield.
func (s *random) draw() int64 { return int64(s.src.Uint64()>>1) | 1 }

// highest returns the task of set with the highest priority.
func highest(priority *[maxTasks]int64, set uint64) int {
	best := bits.TrailingZeros64(set)
	for set &= set - 1; set != 0; set &= set - 1 {
		if t := bits.TrailingZeros64(set); priority[t] > priority[best] {
			best = t
		}
	}
	return best
}

// reassign takes their priorities from the steps that the last step has to do with.
func (s *pos) reassign(v *View) {
	if len(v.Log) == 0 {
		return
	}
	last := &v.Log[len(v.Log)-1]
	s.known &^= 1 << uint(last.Task)
	if last.Kind == OpYield {
		s.lower(int(last.Task))
	}
	did := last.footprint()
	if did.mode == modeNone {
		return
	}
	for set := s.known; set != 0; set &= set - 1 {
		t := bits.TrailingZeros64(set)
		if s.priority[t] > 0 && dependent(did, v.Pending(t).footprint(true)) {
			s.known &^= 1 << uint(t)
		}
	}
}

// lower gives the next step of t a lower priority than all others have.
func (s *pos) lower(t int) {
	s.low--
	s.priority[t] = s.low
	s.known |= 1 << uint(t)
}
