package api

import "context"

// repairOp is the operation that works while Errata is broken.
const repairOp = "repair"

// CanRepair says whether what keeps Errata from starting can be repaired from here.
func (a *API) CanRepair() (bool, error) {
	return call(a, repairOp, func(context.Context) (bool, error) { return a.o.Broken != nil && a.o.Repair != nil, nil })
}

// Repair puts the newest sound backup in place of a damaged database, or saves what can
// be read of it, and starts Errata again. It does nothing to one that is not broken.
func (a *API) Repair() error {
	_, err := call(a, repairOp, func(ctx context.Context) (struct{}, error) {
		if a.o.Broken == nil || a.o.Repair == nil {
			return struct{}{}, nil
		}
		if err := a.o.Repair(ctx); err != nil {
			return struct{}{}, err
		}
		a.o.Keep.Restart()
		return struct{}{}, nil
	})
	return err
}
