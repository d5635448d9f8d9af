package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// output is where the report goes: standard output, or a file that is replaced
// when everything has been written, and stays as it was if that fails.
type output struct {
	stdout io.Writer
	path   string   // "" for standard output
	temp   *os.File // beside path; nil if path cannot be replaced, such as a device
	device *os.File
	all    bytes.Buffer // what was written to temp, for standard output if all else fails
	err    error
}

// openOutput prepares to write to path, or to stdout if path is "".
func openOutput(path string, stdout io.Writer) (*output, error) {
	o := &output{stdout: stdout, path: path}
	if path == "" {
		return o, nil
	}
	mode := os.FileMode(0o666)
	exact := false
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return nil, usagef("-o %s: is a directory", path)
	case err == nil && !info.Mode().IsRegular():
		o.device, err = os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, usageError{err}
		}
		return o, nil
	case err == nil:
		mode, exact = info.Mode().Perm(), true
		if o.path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, usageError{err}
		}
	}
	name := fmt.Sprintf("%s.%d.tmp", o.path, os.Getpid())
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, usagef("-o %s: %w", path, err)
	}
	o.temp = f
	if exact {
		if err := f.Chmod(mode); err != nil {
			o.discard()
			return nil, usageError{err}
		}
	}
	return o, nil
}

// Write writes to the output; an error is remembered, and told by close.
func (o *output) Write(p []byte) (int, error) {
	switch {
	case o.device != nil:
		if o.err == nil {
			_, o.err = o.device.Write(p)
		}
	case o.temp != nil:
		o.all.Write(p)
		if o.err == nil {
			_, o.err = o.temp.Write(p)
		}
	default:
		if o.err == nil {
			_, o.err = o.stdout.Write(p)
		}
	}
	return len(p), nil
}

// close puts the file in its place. If that fails, what was to be in it goes
// to standard output and the file stays as it was.
func (o *output) close() error {
	switch {
	case o.device != nil:
		if err := o.device.Close(); o.err == nil {
			o.err = err
		}
	case o.temp != nil:
		if err := o.temp.Close(); o.err == nil {
			o.err = err
		}
		if o.err == nil {
			o.err = os.Rename(o.temp.Name(), o.path)
		}
		if o.err != nil {
			os.Remove(o.temp.Name())
			if _, err := o.stdout.Write(o.all.Bytes()); err != nil {
				return fmt.Errorf("%w, and the report is lost: %w", o.err, err)
			}
			return fmt.Errorf("%w (the report went to standard output)", o.err)
		}
	}
	return o.err
}

// discard gives up the output before anything was written.
func (o *output) discard() {
	if o.temp != nil {
		o.temp.Close()
		os.Remove(o.temp.Name())
	}
	if o.device != nil {
		o.device.Close()
	}
}
