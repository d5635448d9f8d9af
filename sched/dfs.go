package sched

import "math/bits"

// dfs explores every schedule depth first, without reduction. With a bound it
// leaves out schedules with more preemptions: switches away from a task that
// could go on (Musuvathi and Qadeer, Iterative context bounding, PLDI 2007).
//
// Tasks count by their order of creation, and the order of the search is that
// of schedules: first the task that goes on, then the others in the order of
// their creation; data choices from 0 up. It does not depend on the place at
// which a search is divided.
type dfs struct {
	bound  int  // most preemptions of an execution, -1: any number
	less   bool // the bound left out schedules
	frames []dfsFrame
	prefix Schedule // of the execution under way
	least  int      // steps after a choice that can be given away
}

type dfsFrame struct {
	todo        uint64 // tasks not tried yet
	values      int16  // values of a data choice above the present one
	last        int16  // task of the step before, if it could go on; otherwise -1
	preemptions int16  // before this step
}

func newDFS(o *Options) Strategy {
	d := &dfs{bound: o.Preemptions, least: leastSplit}
	if o.eager {
		d.least = 0
	}
	return d
}

// leftOut reports whether the bound has left out schedules so far.
func (d *dfs) leftOut() bool { return d.less }

func (d *dfs) countsByCreation() {}

func (d *dfs) Next(r *Result) (Schedule, bool) {
	if r == nil {
		return d.prefix, true
	}
	for i := len(r.Log) - 1; i >= 0; i-- {
		f := &d.frames[i]
		c := Choice{Task: r.ordinal(r.Log[i].Task), Value: r.Log[i].Value}
		if !f.advance(&c) {
			continue
		}
		d.frames = d.frames[:i+1]
		// The prefix was followed, but its last choice may have left a value open.
		same := min(max(len(d.prefix)-1, 0), i)
		d.prefix = d.prefix[:same]
		for j := same; j < i; j++ {
			d.prefix = append(d.prefix, Choice{Task: r.ordinal(r.Log[j].Task), Value: r.Log[j].Value})
		}
		d.prefix = append(d.prefix, c)
		return d.prefix, true
	}
	return nil, false
}

// advance takes the choice that follows c, if there is one.
func (f *dfsFrame) advance(c *Choice) bool {
	switch {
	case f.values > 0:
		f.values--
		c.Value++
	case f.todo != 0:
		*c = Choice{Task: int16(bits.TrailingZeros64(f.todo)), Value: -1}
		f.todo &= f.todo - 1
	default:
		return false
	}
	return true
}

func (d *dfs) Pick(v *View) int {
	pos := len(v.Log)
	f := dfsFrame{last: -1}
	if pos > 0 {
		before := &d.frames[pos-1]
		f.preemptions = before.preemptions
		if before.last >= 0 && before.last != v.ordinal(v.Log[pos-1].Task) {
			f.preemptions++
		}
	}
	c := v.Enabled
	pick := v.nth(c, 0)
	if v.Last >= 0 && c&(1<<uint(v.Last)) != 0 {
		pick = v.Last
		f.last = v.ordinal(int16(pick))
		if d.bound >= 0 && int(f.preemptions) >= d.bound {
			d.less = d.less || c != 1<<uint(pick)
			c = 1 << uint(pick)
		}
	}
	f.todo = v.ordinals(c &^ (1 << uint(pick)))
	d.frames = append(d.frames[:pos], f)
	return pick
}

func (d *dfs) Value(v *View, n int) int {
	d.frames[len(v.Log)].values = int16(n - 1)
	return 0
}
