package sched

import (
	"math/bits"
	"math/rand/v2"
)

// random walks: each task choice is uniform over the enabled tasks, each data
// choice over its values. Execution i depends on the seed and i alone.
type random struct {
	seed uint64
	left int64 // executions to go, -1: no end
	i    uint64
	src  *rand.PCG
}

func newRandom(o *Options) Strategy {
	n := o.Executions
	if n <= 0 {
		n = -1
	}
	return &random{seed: o.Seed, left: n, src: rand.NewPCG(0, 0)}
}

func (s *random) Next(*Result) (Schedule, bool) {
	if s.left == 0 {
		return nil, false
	}
	if s.left > 0 {
		s.left--
	}
	s.src.Seed(s.seed, s.i)
	s.i++
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

func (s *random) Pick(v *View) int {
	n := bits.OnesCount64(v.Enabled)
	if n == 1 {
		return bits.TrailingZeros64(v.Enabled)
	}
	return v.Nth(s.below(n))
}

func (s *random) Value(_ *View, n int) int { return s.below(n) }
