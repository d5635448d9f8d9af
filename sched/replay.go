package sched

import (
	"errors"
	"fmt"
	"math/bits"
)

// ErrDiverged is returned by [Replay] for a schedule that the program does not
// follow.
var ErrDiverged = errors.New("the program does not follow the schedule")

// Replay runs p once under s and returns the trace. Beyond the end of s the
// last task goes on while it can. A schedule that cannot be followed gives an
// error that wraps [ErrDiverged] and names the step.
func Replay(p *Program, s Schedule, o Options) (*Trace, error) {
	x := newEngine(p, &replay{schedule: s}, newDriver(&o))
	x.depth = o.Depth
	x.stopAtFail = !o.All
	x.tracing = true
	x.trace = &Trace{}
	if err := x.run(); err != nil {
		return nil, err
	}
	for i := range x.trace.Violations {
		if v := &x.trace.Violations[i]; v.Kind == KindNondeterminism {
			return nil, fmt.Errorf("%w: %s", ErrDiverged, v.Message)
		}
	}
	return x.trace, nil
}

// replay runs one schedule.
type replay struct {
	schedule Schedule
	begun    bool
}

func (s *replay) Next(*Result) (Schedule, bool) {
	if s.begun {
		return nil, false
	}
	s.begun = true
	return s.schedule, true
}

func (s *replay) Pick(v *View) int         { return onward(v) }
func (s *replay) Value(_ *View, _ int) int { return 0 }

// onward picks the task of the last step if it can go on, else the first.
func onward(v *View) int {
	if v.Last >= 0 && v.Enabled&(1<<uint(v.Last)) != 0 {
		return v.Last
	}
	return bits.TrailingZeros64(v.Enabled)
}
