// The sections of a report's page, in their order.

const pageSections = [verdictSection, timelineSection, flameSection, sitesSection, heapSection, buddySection, leaksSection, procSection, whatIfSection, settingsSection];
