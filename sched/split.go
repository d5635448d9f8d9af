package sched

import "slices"

// stack is the work of a depth-first search: the next execution, and what comes
// after it. Tasks count by their order of creation.
type stack struct {
	prefix Schedule    // with which the next execution begins
	frames []openFrame // those with choices left, and that of the end of the prefix
}

// openFrame is a frame and its place in the execution.
type openFrame struct {
	at int
	dfsFrame
}

// leastSplit is the number of steps that must follow a choice for it to be given
// away: fewer executions follow it than it costs.
const leastSplit = 5

func (d *dfs) start(w work, _ *tally) {
	d.less = false
	d.frames, d.prefix = d.frames[:0], d.prefix[:0]
	if w == nil {
		return
	}
	s := w.(*stack)
	d.prefix = append(d.prefix, s.prefix...)
	for range s.prefix {
		d.frames = append(d.frames, dfsFrame{last: -1})
	}
	for _, f := range s.frames {
		d.frames[f.at] = f.dfsFrame
	}
}

func (d *dfs) remaining() work {
	s := &stack{prefix: slices.Clone(d.prefix)}
	for i, c := range d.prefix {
		f := d.frames[i]
		if c.Value < 0 {
			f.values = 0 // of a data choice that has not been made
		}
		if f.todo != 0 || f.values != 0 || i == len(d.prefix)-1 {
			s.frames = append(s.frames, openFrame{i, f})
		}
	}
	return s
}

// split gives away what is left at the first choice with something left.
func (d *dfs) split(r *Result) work {
	for i := range d.prefix {
		f := &d.frames[i]
		if f.todo == 0 && f.values == 0 {
			continue
		}
		if len(r.Log)-i < d.least {
			return nil
		}
		c, g := d.prefix[i], *f
		g.advance(&c)
		f.todo, f.values = 0, 0
		return &stack{prefix: append(slices.Clone(d.prefix[:i]), c), frames: []openFrame{{i, g}}}
	}
	return nil
}
