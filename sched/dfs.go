package sched

import "math/bits"

// dfs explores every schedule depth first, without reduction. With a bound it
// leaves out schedules with more preemptions: switches away from a task that
// could go on (Musuvathi and Qadeer, Iterative context bounding, PLDI 2007).
type dfs struct {
	bound  int  // most preemptions of an execution, -1: any number
	less   bool // the bound left out schedules
	frames []dfsFrame
	prefix Schedule
}

type dfsFrame struct {
	todo        uint64 // tasks not tried yet
	values      int16  // values of a data choice above the present one
	last        int16  // task of the step before, if it could go on; otherwise -1
	preemptions int16  // before this step
}

func newDFS(o *Options) Strategy { return &dfs{bound: o.Preemptions} }

// leftOut reports whether the bound has left out schedules so far.
func (d *dfs) leftOut() bool { return d.less }

func (d *dfs) Next(r *Result) (Schedule, bool) {
	if r == nil {
		return nil, true
	}
	for i := len(r.Log) - 1; i >= 0; i-- {
		f := &d.frames[i]
		c := r.Log[i].Choice
		switch {
		case f.values > 0:
			f.values--
			c.Value++
		case f.todo != 0:
			c = Choice{Task: int16(bits.TrailingZeros64(f.todo)), Value: -1}
			f.todo &= f.todo - 1
		default:
			continue
		}
		d.frames = d.frames[:i+1]
		d.prefix = d.prefix[:0]
		for j := range i {
			d.prefix = append(d.prefix, r.Log[j].Choice)
		}
		d.prefix = append(d.prefix, c)
		return d.prefix, true
	}
	return nil, false
}

func (d *dfs) Pick(v *View) int {
	pos := len(v.Log)
	f := dfsFrame{last: -1}
	if pos > 0 {
		before := &d.frames[pos-1]
		f.preemptions = before.preemptions
		if before.last >= 0 && before.last != v.Log[pos-1].Task {
			f.preemptions++
		}
	}
	if v.Last >= 0 && v.Enabled&(1<<uint(v.Last)) != 0 {
		f.last = int16(v.Last)
	}
	c := v.Enabled
	pick := bits.TrailingZeros64(c)
	if f.last >= 0 {
		pick = int(f.last)
		if d.bound >= 0 && int(f.preemptions) >= d.bound {
			d.less = d.less || c != 1<<uint(pick)
			c = 1 << uint(pick)
		}
	}
	f.todo = c &^ (1 << uint(pick))
	d.frames = append(d.frames[:pos], f)
	return pick
}

func (d *dfs) Value(v *View, n int) int {
	d.frames[len(v.Log)].values = int16(n - 1)
	return 0
}
