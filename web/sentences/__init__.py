"""Every refusal in Chinese and English."""
