package sched

// Class identifies a class of executions that differ only in the order of
// steps that commute (a Mazurkiewicz trace), by 128 bits: of n classes two have
// the same with probability n²/2^129.
type Class struct{ a, b uint64 }

// Classifier finds the classes of executions of one program. The zero value is
// ready for use.
type Classifier struct{ c classifier }

// Class returns the class of r.
func (c *Classifier) Class(r *Result) Class {
	return Class(c.c.class(r))
}
