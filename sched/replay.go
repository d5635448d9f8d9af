package sched

import (
	"errors"
	"fmt"
	"math/bits"
)

// ErrDiverged is returned by [Replay] for a schedule that the program does not
// follow.
var ErrDiverged = errors.New("the program does not follow the schedule")

// Replay runs p once under s and returns the trace. A violation before the end
// of s ends the task that it befalls, not the execution. Beyond the end of s
// the execution is over if there was one; otherwise the last task goes on while
// it can. A schedule that cannot be followed, or is too long, gives an error
// that wraps [ErrDiverged] and names the step, unless a violation came before.
// Of the options, Depth and Driven count.
func Replay(p *Program, s Schedule, o Options) (*Trace, error) {
	x := newEngine(p, &replay{schedule: s}, newDriver(&o))
	x.depth = o.Depth
	x.following = true
	x.tracing = true
	x.trace = &Trace{}
	if err := x.run(); err != nil {
		return nil, err
	}
	t := x.trace
	if n := len(t.Violations); n > 0 {
		if v := &t.Violations[n-1]; v.Kind == KindNondeterminism {
			if n == 1 {
				return nil, fmt.Errorf("%w: %s", ErrDiverged, v.Message)
			}
			t.Violations, t.Where = t.Violations[:n-1], t.Where[:n-1]
		}
	} else if len(t.Steps) < len(s) && !x.result.Cut {
		return nil, fmt.Errorf("%w: the execution is over after step %d of %d", ErrDiverged, len(t.Steps), len(s))
	}
	return t, nil
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
