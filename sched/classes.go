package sched

import (
	"fmt"
	"slices"
)

// classSet counts the distinct classes of executions, up to a number of them.
type classSet struct {
	*classifier
	most  int64
	table []fingerprint // hash table, at most half full; the zero fingerprint is no entry
	seen  int64         // classes
	once  int64         // of which one execution was seen
	of    int64         // executions seen until the set was full
	full  bool
}

func newClassSet(most int64) *classSet {
	return &classSet{classifier: new(classifier), most: most, table: make([]fingerprint, 256)}
}

// repeated is the bit of a fingerprint in the table that says that its class was
// seen more than once.
const repeated = 1

// add enters the class of an execution, unless the set is full.
func (c *classSet) add(r *Result) {
	if !c.full {
		c.enter(c.class(r))
	}
}

// enter enters a class, unless the set is full.
func (c *classSet) enter(f fingerprint) {
	if c.full {
		return
	}
	f.b &^= repeated
	if f == (fingerprint{}) {
		f.a = 1
	}
	e := c.find(f)
	switch {
	case e.a == f.a && e.b&^repeated == f.b:
		if e.b&repeated == 0 {
			e.b |= repeated
			c.once--
		}
	case c.seen == c.most:
		c.full = true
		return
	default:
		*e = f
		c.seen++
		c.once++
		if 2*c.seen > int64(len(c.table)) {
			c.grow()
		}
	}
	c.of++
}

// join enters the executions of d.
func (c *classSet) join(d *classSet) {
	for _, f := range d.table {
		if f == (fingerprint{}) || c.full {
			continue
		}
		c.enter(f)
		if f.b&repeated != 0 && !c.full {
			c.of--
			c.enter(f)
		}
	}
	c.of += max(d.of-d.seen, 0)
	c.full = c.full || d.full
}

// clear empties the set.
func (c *classSet) clear() {
	clear(c.table)
	c.seen, c.once, c.of, c.full = 0, 0, 0, false
}

func (c *classSet) clone() *classSet {
	d := *c
	d.table = slices.Clone(c.table)
	return &d
}

// find returns the entry of f, or the free one that it would have.
func (c *classSet) find(f fingerprint) *fingerprint {
	mask := uint64(len(c.table) - 1)
	for i := f.a; ; i++ {
		e := &c.table[i&mask]
		if *e == (fingerprint{}) || e.a == f.a && e.b&^repeated == f.b {
			return e
		}
	}
}

func (c *classSet) grow() {
	old := c.table
	c.table = make([]fingerprint, 2*len(old))
	for _, f := range old {
		if f != (fingerprint{}) {
			at := c.find(fingerprint{f.a, f.b &^ repeated})
			*at = f
		}
	}
}

// report says what the set knows.
func (c *classSet) report(r *Report) {
	r.Classes, r.ClassesFull = c.seen, c.full
	if c.of > 0 && !c.full {
		r.Unseen = float64(c.once) / float64(c.of)
	}
}

// ClassesNote says in a sentence what Report has on classes, "" if they were
// not counted.
func (r *Report) ClassesNote() string {
	switch {
	case r.Classes == 0:
		return ""
	case r.ClassesFull:
		return fmt.Sprintf("more than %d classes of schedules seen; not counted any further", r.Classes)
	}
	return fmt.Sprintf("%d classes of schedules seen; the next execution is of a new one with probability about %.3g",
		r.Classes, r.Unseen)
}
