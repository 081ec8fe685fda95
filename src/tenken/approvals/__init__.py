"""決裁: routes by role, acting for the absent (代決), return (差戻し), withdrawal (引戻し), immutable snapshots."""
