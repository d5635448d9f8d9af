package sched

import (
	"math/bits"
	"math/rand/v2"
)

// sampler is a strategy that samples: it never ends by itself, and what it does
// in execution i depends on the program, the seed and i alone.
type sampler interface {
	Strategy
	// learn is told how the execution went that begin started last.
	learn(r *Result)
	// begin starts the next execution.
	begin()
	// skipTo makes execution i, not below the next one, the next one. All that
	// teach something have been run before it.
	skipTo(i uint64)
	// teaches returns the first execution, i or higher, that must be known
	// before later ones begin; never if there is none.
	teaches(i uint64) uint64
	// sumInto tells where to add up what notes are made of.
	sumInto(t *sums)
}

// random walks: each task choice is uniform over the enabled tasks, each data
// choice over its values.
type random struct {
	seed uint64
	made uint64 // executions begun
	age  int    // bits of the number of the last one
	aged bool   // what has been learnt counts from that one on
	src  rand.PCG
}

func newRandom(o *Options) Strategy { return &random{seed: o.Seed} }

func (s *random) learn(*Result) {}

func (s *random) skipTo(i uint64) { s.made = i }

func (s *random) teaches(uint64) uint64 { return never }

func (s *random) sumInto(*sums) {}

func (s *random) begin() {
	age := bits.Len64(s.made)
	s.aged = s.made == 0 || age != s.age
	s.age = age
	s.src.Seed(s.seed, s.made)
	s.made++
}

func (s *random) Next(*Result) (Schedule, bool) {
	s.begin()
	return nil, true
}

// nextOf is Next of a strategy that learns.
func nextOf(s sampler, r *Result) (Schedule, bool) {
	if r != nil {
		s.learn(r)
	}
	s.begin()
	return nil, true
}

// below returns a uniform number below n by multiplication and rejection
// (Lemire, Fast random integer generation in an interval, 2019).
func (s *random) below(n int) int {
	hi, lo := bits.Mul64(s.src.Uint64(), uint64(n))
	for lo < uint64(n) && lo < -uint64(n)%uint64(n) {
		hi, lo = bits.Mul64(s.src.Uint64(), uint64(n))
	}
	return int(hi)
}

func (s *random) Pick(v *View) int { return s.uniform(v, v.Enabled) }

// uniform picks a task of set with equal probabilities.
func (s *random) uniform(v *View, set uint64) int {
	if set&(set-1) == 0 {
		return bits.TrailingZeros64(set)
	}
	return v.nth(set, s.below(bits.OnesCount64(set)))
}

func (s *random) Value(_ *View, n int) int { return s.below(n) }

// Strategies that adapt to the program do so from few executions, so that
// workers that share a search can each find out the same: the 16 before each
// power of two. What these show counts from that power of two on.
const profileRuns = 16

// profiled reports whether strategies adapt to execution i, the first being 0.
func profiled(i uint64) bool { return i+profileRuns >= 1<<bits.Len64(i) }

// nextProfiled returns the first execution, i or higher, that strategies adapt to.
func nextProfiled(i uint64) uint64 {
	if profiled(i) {
		return i
	}
	return 1<<bits.Len64(i) - profileRuns
}

// spawned returns the task that a spawn made.
func spawned(s *Step) (child int, ok bool) {
	if s.Kind != OpSpawn || s.Obj == 0 {
		return 0, false
	}
	return int(s.Obj & (1<<objCreatorShift - 1)), true
}
