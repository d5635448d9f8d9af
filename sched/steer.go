package sched

import (
	"context"
	"math/bits"
)

// Steer runs p once, with choices made by data: one byte for each choice of one
// task out of several, as an index among the enabled ones modulo their number,
// and one for each data choice. When data is used up the last task goes on while
// it can. It is for fuzzing: any bytes are a schedule, and similar bytes are
// similar schedules. The strategy of o is not used.
func Steer(ctx context.Context, p *Program, data []byte, o Options) (*Report, error) {
	return exploreBy(ctx, p, o, &StrategyEntry{Name: "bytes", Kind: Sampling,
		make: func(*Options) Strategy { return &steered{data: data} }})
}

// steered makes the choices of one execution.
type steered struct {
	data  []byte
	begun bool
}

func (s *steered) Next(*Result) (Schedule, bool) {
	more := !s.begun
	s.begun = true
	return nil, more
}

func (s *steered) below(n int) int {
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

func (s *steered) Pick(v *View) int {
	if v.Enabled&(v.Enabled-1) == 0 || len(s.data) == 0 {
		return onward(v)
	}
	set := v.Enabled
	for k := s.below(bits.OnesCount64(set)); k > 0; k-- {
		set &= set - 1
	}
	return bits.TrailingZeros64(set)
}

func (s *steered) Value(_ *View, n int) int {
	if len(s.data) == 0 {
		return 0
	}
	return s.below(n)
}
